from django.urls import path

from collab.views import gallery, health, help, home, search

urlpatterns = [
    path("", home.my_work, name="my_work"),
    path("c/<slug:collaborative>/", home.collaborative, name="collaborative"),
    path("search/", search.search, name="search"),
    path("help/", help.help_page, name="help"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
