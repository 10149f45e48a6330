"""Static files under hashed names, with our own ES modules' imports rewritten to those names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Hashed names for ever-lasting caches; imports between our JavaScript modules follow them."""

    support_js_module_import_aggregation = True
    # Source maps of npm packages name files that the packages do not ship.
    manifest_strict = False
