from django.urls import path

from tequio.charts import views

urlpatterns = [path("charts/<slug:sha>.svg", views.chart, name="chart")]
