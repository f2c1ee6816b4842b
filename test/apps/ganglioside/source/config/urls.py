from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from analyses import views

urlpatterns = [
    path("", views.home),
    path("health", views.health),
    path("version", views.version),
    path("worker", views.worker),
    path("scheduler", views.scheduler),
    path("login/", LoginView.as_view(template_name="login.html")),
    path("logout/", LogoutView.as_view()),
    path("analyses/", views.analyses),
    path("analyses/<int:key>/", views.analysis),
    path("analyses/<int:key>/results/", views.results),
]
