"""A person's page, and of django-allauth only what sign-in by mail code needs.

Three names lead to one page: allauth reverses each of them, and nobody signs up by themselves.
"""

from django.urls import path

from tequio.people import views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("accounts/login/", views.sign_in, name="account_login"),
    path("accounts/login/", views.sign_in, name="account_request_login_code"),
    path("accounts/login/", views.sign_in, name="account_signup"),
    path("accounts/login/code/", views.sign_in_code, name="account_confirm_login_code"),
    path("accounts/logout/", views.sign_out, name="account_logout"),
]
