"""Static files under hashed names, with our own ES modules' imports rewritten to those names."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, FileSystemFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Hashed names for ever-lasting caches; imports between our JavaScript modules follow them."""

    support_js_module_import_aggregation = True
    # Source maps of npm packages name files that the packages do not ship.
    manifest_strict = False


class ChosenFilesFinder(FileSystemFinder):
    """Collects all of our own files, and of npm packages only those in VENDOR_FILES: the rest is never served."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """The files to collect, each with the folder it is in."""
        for path, storage in super().list(ignore_patterns):
            if not storage.prefix or f"{storage.prefix}/{path}" in settings.VENDOR_FILES:
                yield path, storage


class ChosenAppsFinder(AppDirectoriesFinder):
    """Collects the files of the apps in STATICFILES_APPS; other packages ship scripts that no page of ours uses."""

    def __init__(self) -> None:
        super().__init__(app_names=settings.STATICFILES_APPS)
