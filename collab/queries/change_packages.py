"""A change package as a tree: drivers, the drivers below them, the ideas that serve them."""

from __future__ import annotations

from dataclasses import dataclass, field

from collab.models import ChangeIdea, ChangePackage, Driver


@dataclass(slots=True)
class DriverNode:
    """A driver with its secondary drivers and the ideas that serve it, each in order."""

    driver: Driver
    children: list[DriverNode] = field(default_factory=list)
    ideas: list[ChangeIdea] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PackageTree:
    """All of a version: its primary drivers as a tree, and every idea once with the drivers it serves."""

    package: ChangePackage
    drivers: list[DriverNode]
    ideas: list[ChangeIdea]


def package_tree(package: ChangePackage) -> PackageTree:
    """Read a version's drivers and ideas in three queries."""
    nodes = {driver.pk: DriverNode(driver) for driver in package.drivers.all()}
    primary: list[DriverNode] = []
    for node in nodes.values():
        if node.driver.parent_id is None:
            primary.append(node)
        else:
            nodes[node.driver.parent_id].children.append(node)
    ideas = list(package.ideas.prefetch_related("drivers"))
    for idea in ideas:
        for driver in idea.drivers.all():
            nodes[driver.pk].ideas.append(idea)
    return PackageTree(package=package, drivers=primary, ideas=ideas)
