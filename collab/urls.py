from django.urls import include, path

from collab.views import centers, change_package, gallery, health, home, letters, library, measures, search, setup
from collab.views import help as help_pages

settings_urls = [
    path("", setup.settings, name="collaborative_settings"),
    path("details/", setup.details, name="collaborative_details"),
    path("start/", setup.start, name="collaborative_start"),
    path("end/", setup.end, name="collaborative_end"),
    path("history/", setup.history, name="collaborative_history"),
    path("measures/", measures.measures, name="measures"),
    # Codes have no hyphens, so these names can never be one.
    path("measures/new-measure/", measures.measure_new, name="measure_new"),
    path("measures/copy-measures/", measures.measures_copy, name="measures_copy"),
    path("measures/from-library/", library.measures_from_library, name="measures_from_library"),
    path("measures/from-library/<slug:code>/", library.measure_from_library, name="measure_from_library"),
    path("measures/<slug:code>/", measures.measure, name="measure"),
    path("measures/<slug:code>/edit/", measures.measure_edit, name="measure_edit"),
    path("measures/<slug:code>/move/", measures.measure_move, name="measure_move"),
    path("measures/<slug:code>/retire/", measures.measure_retire, name="measure_retire"),
    path("measures/<slug:code>/return/", measures.measure_return, name="measure_return"),
]

change_package_urls = [
    path("", change_package.change_package, name="change_package"),
    path("versions/<int:number>/", change_package.version, name="change_package_version"),
    path("draft/", change_package.draft, name="change_package_draft"),
    path("draft/new/", change_package.draft_new, name="change_package_draft_new"),
    path("draft/aim/", change_package.aim, name="change_package_aim"),
    path("draft/drivers/new/", change_package.driver, name="driver_new"),
    path("draft/drivers/<int:pk>/", change_package.driver, name="driver"),
    path("draft/drivers/<int:pk>/move/", change_package.driver_move, name="driver_move"),
    path("draft/drivers/<int:pk>/remove/", change_package.driver_remove, name="driver_remove"),
    path("draft/ideas/new/", change_package.idea, name="idea_new"),
    path("draft/ideas/<int:pk>/", change_package.idea, name="idea"),
    path("draft/ideas/<int:pk>/move/", change_package.idea_move, name="idea_move"),
    path("draft/ideas/<int:pk>/remove/", change_package.idea_remove, name="idea_remove"),
    path("draft/publish/", change_package.publish, name="change_package_publish"),
    path("draft/discard/", change_package.discard, name="change_package_discard"),
]

urlpatterns = [
    path("me/mails/", letters.letters, name="letters"),
    path("me/mails/off/<str:token>/", letters.letters_off, name="letters_off"),
    path("", home.my_work, name="my_work"),
    path("c/<slug:collaborative>/", home.collaborative, name="collaborative"),
    path("centers/", centers.centers, name="centers"),
    path("centers/new/", centers.center_new, name="center_new"),
    path("centers/<slug:center>/", centers.center, name="center"),
    path("centers/<slug:center>/edit/", centers.center_edit, name="center_edit"),
    path("centers/<slug:center>/collaboratives/new/", centers.collaborative_new, name="collaborative_new"),
    path("c/<slug:collaborative>/settings/", include(settings_urls)),
    path("c/<slug:collaborative>/change-package/", include(change_package_urls)),
    path("measure-library/", library.measure_library, name="measure_library"),
    path("measure-library/<slug:code>/", library.library_entry, name="library_entry"),
    path("search/", search.search, name="search"),
    path("help/", help_pages.help_page, name="help"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
