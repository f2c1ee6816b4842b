from django.urls import path

from orders import views

urlpatterns = [
    path("health/", views.health),
    path("version", views.version),
    path("api/orders/", views.orders),
]
