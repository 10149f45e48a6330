"""docker-compose.yml and the Dockerfile, held to their rules without an engine."""

from __future__ import annotations

import json
import re
import shlex
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
DOCKERFILE_TEXT = (ROOT / "Dockerfile").read_text()
INSTRUCTIONS_KNOWN = {
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "ONBUILD", "RUN",
    "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}  # fmt: skip
SITE_SERVICES = ("migrate", "web", "worker", "beat")

pytestmark = pytest.mark.unit


def dockerfile_instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) of each logical line."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE_TEXT, flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in text.splitlines() if line.strip()]


def stages() -> dict[str, list[tuple[str, str]]]:
    """Build stage → its instructions, FROM first."""
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for instruction, arguments in dockerfile_instructions():
        if instruction == "FROM":
            name = arguments.rpartition(" AS ")[2]
            found[name] = []
        if name:
            found[name].append((instruction, arguments))
    return found


def test_compose_file_follows_the_compose_specification() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())
    errors = jsonschema.validators.validator_for(schema)(schema).iter_errors(COMPOSE)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_the_schema_would_see_a_mistake() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())
    broken = {"services": {"web": {"image": "x", "prots": ["80:80"]}}}
    assert not jsonschema.validators.validator_for(schema)(schema).is_valid(broken)


def test_compose_starts_every_part() -> None:
    assert set(COMPOSE["services"]) == {*SITE_SERVICES, "postgres", "redis", "proxy", "mailpit"}


def test_services_and_volumes_that_are_named_exist() -> None:
    for name, service in COMPOSE["services"].items():
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
            assert known, f"{name} mounts {source}"
    used = {volume.split(":")[0] for service in COMPOSE["services"].values() for volume in service.get("volumes", [])}
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_a_service_that_is_waited_for_as_healthy_tells_its_health() -> None:
    awaited = {
        other
        for service in COMPOSE["services"].values()
        for other, wish in service.get("depends_on", {}).items()
        if wish["condition"] == "service_healthy"
    }
    assert awaited == {"postgres", "redis", "web"}
    for name in awaited:
        assert COMPOSE["services"][name]["healthcheck"]["test"], name
    assert COMPOSE["services"]["web"]["healthcheck"]["test"][-2:] == ["deploy/healthcheck.py", "ready"]


def test_the_site_services_are_one_image_with_one_environment() -> None:
    services = [COMPOSE["services"][name] for name in SITE_SERVICES]
    for key in ("image", "build", "environment", "volumes"):
        assert all(service[key] == services[0][key] for service in services), key


def test_only_proxy_and_mail_catcher_open_ports_and_the_latter_only_on_this_machine() -> None:
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert ports == {"proxy": ["80:80", "443:443", "443:443/udp"], "mailpit": ["127.0.0.1:8025:8025"]}


def test_secrets_have_no_default() -> None:
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        assert set(re.findall(rf"\$\{{{name}(.)", COMPOSE_TEXT)) == {":"}
        assert set(re.findall(rf"\$\{{{name}:(.)", COMPOSE_TEXT)) == {"?"}


def test_each_version_is_written_once() -> None:
    versions = dict(re.findall(r"\$\{([A-Z]+)_VERSION:-([^}]+)\}", COMPOSE_TEXT))
    assert set(versions) == {"PYTHON", "NODE", "POSTGRES", "REDIS", "CADDY", "MAILPIT"}
    for name in versions:
        assert COMPOSE_TEXT.count(f"{name}_VERSION:-") == 1
    written = re.findall(r"^    image: (.*)$", COMPOSE_TEXT.partition("\nservices:\n")[2], re.MULTILINE)
    assert written == ["*postgres-image", "*redis-image", "*caddy-image", "*mailpit-image"]
    froms = [arguments for instruction, arguments in dockerfile_instructions() if instruction == "FROM"]
    outside = [line for line in froms if line.split(" ")[0] not in stages()]
    assert [line for line in outside if not re.match(r"(node|python):\$\{(NODE|PYTHON)_VERSION\}-", line)] == []
    assert [arguments for instruction, arguments in dockerfile_instructions() if instruction == "ARG"] == [
        "NODE_VERSION",
        "PYTHON_VERSION",
    ]


def test_dockerfile_holds_only_known_instructions_and_starts_from_a_stage() -> None:
    instructions = dockerfile_instructions()
    assert {instruction for instruction, _ in instructions} <= INSTRUCTIONS_KNOWN
    assert next(instruction for instruction, _ in instructions if instruction != "ARG") == "FROM"
    assert COMPOSE["services"]["web"]["build"]["target"] in stages()


def test_what_is_copied_exists_and_is_sent_to_the_engine() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    earlier: set[str] = set()
    for name, instructions in stages().items():
        for instruction, arguments in instructions:
            if instruction != "COPY":
                continue
            *sources, _ = [word for word in shlex.split(arguments) if not word.startswith("--")]
            if origin := re.search(r"--from=(\S+)", arguments):
                assert origin[1] in earlier
                continue
            for source in sources:
                assert (ROOT / source).exists(), source
                assert source in sent or source.split("/")[0] in sent, f"{source} is in .dockerignore"
        earlier.add(name)


def test_json_forms_are_json() -> None:
    for instruction, arguments in dockerfile_instructions():
        if instruction in {"CMD", "ENTRYPOINT"}:
            assert all(isinstance(word, str) for word in json.loads(arguments))
        if instruction == "HEALTHCHECK":
            assert json.loads(arguments.partition("CMD ")[2]) == ["python", "deploy/healthcheck.py", "live"]


def test_the_site_does_not_run_as_root_and_keeps_no_build_key() -> None:
    site = stages()["site"]
    assert [arguments for instruction, arguments in site if instruction == "USER"] == ["site"]
    last_user = max(number for number, (instruction, _) in enumerate(site) if instruction == "USER")
    assert all(instruction not in {"RUN", "COPY", "ADD"} for instruction, _ in site[last_user:])
    assert "SECRET_KEY" not in "".join(
        arguments for instruction, arguments in dockerfile_instructions() if instruction == "ENV"
    )


def test_the_image_has_the_libraries_that_a_laptop_gets() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import install
    finally:
        sys.path.pop(0)
    pango = next(part for part in install.FOR_RUNNING if "Pango" in part.what)
    installed = re.search(r"--no-install-recommends ([^&]+)", DOCKERFILE_TEXT)
    assert installed is not None
    assert installed[1].replace("\\\n", "").split() == list(pango.debian)


def test_the_image_keeps_the_folders_of_every_room() -> None:
    copied = {arguments.split()[0] for instruction, arguments in stages()["base"] if instruction == "COPY"}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    beside = {name for name in ("templates", "static", "locale") if (ROOT / name).is_dir()}
    assert rooms | beside <= copied
