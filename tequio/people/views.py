from allauth.account import views as allauth
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.kernel.web import Request, private
from tequio.people.actions import change_person
from tequio.people.forms import CodeForm, PersonForm, SignInForm

sign_in = require_http_methods(["GET", "HEAD", "POST"])(
    allauth.RequestLoginCodeView.as_view(form_class=SignInForm, template_name="people/sign_in.html")
)
sign_in_code = require_http_methods(["GET", "HEAD", "POST"])(
    allauth.ConfirmLoginCodeView.as_view(form_class=CodeForm, template_name="people/sign_in_code.html")
)
sign_out = require_http_methods(["GET", "HEAD", "POST"])(
    allauth.LogoutView.as_view(template_name="people/sign_out.html")
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def me(request: Request) -> HttpResponse:
    """The person's own page: how they are called, in which language and zone the hub writes to them."""
    if not request.person:
        raise Http404
    form = PersonForm(request.person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_person(request.person, **form.cleaned_data)
        messages.success(request, _("Your details are kept."))
        return redirect("me")
    return render(request, "people/me.html", {"form": form, "person": request.person})
