"""Spanish names of holidays that the library of holidays knows in English alone."""

SPANISH = {
    "80th anniversary of the liberation from Nazism and the end of the Second World War in Europe": (
        "80 años de la liberación del nazismo y del fin de la Segunda Guerra Mundial en Europa"
    ),
    "All Saints' Day": "Todos los Santos",
    "All Souls' Day": "Fieles Difuntos",
    "Anzac Day": "Día de Anzac",
    "Armistice Day": "Día del Armisticio",
    "Ascension Day": "Ascensión",
    "Ash Wednesday": "Miércoles de Ceniza",
    "Ashura": "Ashura",
    "Assumption Day": "Asunción de la Virgen",
    "Australia Day": "Día de Australia",
    "Berchtold's Day": "San Bertoldo",
    "Boxing Day": "Segundo día de Navidad",
    "Canada Day": "Día de Canadá",
    "Carnival": "Carnaval",
    "Children's Day": "Día de la Niñez",
    "Chinese New Year": "Año Nuevo chino",
    "Christmas Day": "Navidad",
    "Christmas Eve": "Nochebuena",
    "Christmas Holiday": "Fiestas de Navidad",
    "Civic Holiday": "Día cívico",
    "Columbus Day": "Día de Colón",
    "Constitution Day": "Día de la Constitución",
    "Corpus Christi": "Corpus Christi",
    "Day After Christmas": "Segundo día de Navidad",
    "Day of German Unity": "Día de la Unidad Alemana",
    "Day of Prayer and Repentance": "Día de Penitencia y Oración",
    "Deepavali": "Diwali",
    "Easter Monday": "Lunes de Pascua",
    "Easter Sunday": "Domingo de Pascua",
    "Eid al-Adha": "Fiesta del Sacrificio",
    "Eid al-Adha Holiday": "Fiesta del Sacrificio",
    "Eid al-Fitr": "Fin del Ramadán",
    "Eid al-Fitr Holiday": "Fin del Ramadán",
    "Epiphany": "Epifanía",
    "Family Day": "Día de la Familia",
    "Friday After Thanksgiving": "Viernes después de Acción de Gracias",
    "German Unity Day": "Día de la Unidad Alemana",
    "Good Friday": "Viernes Santo",
    "Holy Saturday": "Sábado Santo",
    "Immaculate Conception": "Inmaculada Concepción",
    "Independence Day": "Día de la Independencia",
    "International Women's Day": "Día de la Mujer",
    "Isra' and Mi'raj": "Isra y Miraj",
    "Islamic New Year": "Año Nuevo islámico",
    "Juneteenth National Independence Day": "Día de la Emancipación (Juneteenth)",
    "King's Birthday": "Cumpleaños del rey",
    "King's Day": "Día del Rey",
    "Labor Day": "Día del Trabajo",
    "Labour Day": "Día del Trabajo",
    "Lunar New Year": "Año Nuevo lunar",
    "Martin Luther King Jr. Day": "Día de Martin Luther King",
    "Maundy Thursday": "Jueves Santo",
    "May Day": "Primero de Mayo",
    "Memorial Day": "Día de los Caídos",
    "Midsummer Day": "San Juan",
    "Midsummer Eve": "Víspera de San Juan",
    "Native American Heritage Day": "Día de los Pueblos Originarios",
    "National Day": "Fiesta Nacional",
    "National Holiday": "Fiesta Nacional",
    "New Year Holidays": "Fiestas de Año Nuevo",
    "New Year's Day": "Año Nuevo",
    "New Year's Eve": "Víspera de Año Nuevo",
    "Patriots' Day": "Día de los Patriotas",
    "Pentecost Monday": "Lunes de Pentecostés",
    "Presidents Day": "Día de los Presidentes",
    "Presidents' Day": "Día de los Presidentes",
    "Prophet's Birthday": "Nacimiento del Profeta",
    "Public Holiday": "Día feriado",
    "Reconciliation Day": "Día de la Reconciliación",
    "Reformation Day": "Día de la Reforma",
    "Republic Day": "Día de la República",
    "Revolution Day": "Día de la Revolución",
    "Saint Joseph's Day": "San José",
    "Saint Nicholas' Day": "San Nicolás",
    "Saint Stephen's Day": "San Esteban",
    "Saints Peter and Paul's Day": "San Pedro y San Pablo",
    "Second Day of Christmas": "Segundo día de Navidad",
    "Spring Bank Holiday": "Feriado de primavera",
    "Spring Festival": "Fiesta de la Primavera",
    "Substitute Holiday": "Feriado sustituto",
    "Summer Bank Holiday": "Feriado de verano",
    "Thanksgiving Day": "Día de Acción de Gracias",
    "Tiradentes' Day": "Día de Tiradentes",
    "Vesak Day": "Vesak",
    "Veterans Day": "Día de los Veteranos",
    "Victoria Day": "Día de Victoria",
    "Victory Day": "Día de la Victoria",
    "Washington's Birthday": "Natalicio de Washington",
    "Whit Monday": "Lunes de Pentecostés",
    "Women's Day": "Día de la Mujer",
    "Workers' Day": "Día del Trabajo",
    "Youth Day": "Día de la Juventud",
}
REMARKS = {
    "(observed)": "(se guarda este día)",
    "(estimated)": "(fecha estimada)",
    "(observed, estimated)": "(se guarda este día, fecha estimada)",
}


def in_spanish(name: str) -> str:
    """The Spanish of an English name, of several parted by "; " too; "" when one of them is not known."""
    found = [_one(each) for each in name.split("; ")]
    return "; ".join(found) if all(found) else ""


def _one(name: str) -> str:
    plain, bracket, rest = name.partition(" (")
    remark = REMARKS.get(f"({rest}", "") if bracket else ""
    known = SPANISH.get(plain, "")
    if not known or bracket and not remark:
        return ""
    return f"{known} {remark}".strip()
