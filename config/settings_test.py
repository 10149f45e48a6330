"""The site's settings with what a test run must not wait for or write to."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="learning-commons-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
os.environ["ENV_FILE"] = os.devnull  # what a person has set for their own site must not change a result
os.environ.setdefault("LOG_LEVEL", "ERROR")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, REDIS_URL, SQLITE  # noqa: E402

# Argon2 is meant to be slow; what the tests prove of it is that it is the first hasher of config.settings.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if REDIS_URL:
    # The Redis may be somebody's: this run has keys of its own, and empties no others.
    CACHES = {
        "default": {
            "BACKEND": "tests.caches.OwnKeysRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": f"test-{secrets.token_hex(8)}",
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Jobs run where they are sent, so that a test sees what follows from a commit; test_real_broker.py sends them away.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# Nothing is collected for a test run; the live server of the journeys finds static files where they lie.
STATIC_ROOT = Path(_folder) / "static"
STATIC_ROOT.mkdir()
if SQLITE:
    # Journeys run the server in a thread: a file database lets it and the test see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
