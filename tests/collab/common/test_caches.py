"""The cache in Redis while there is no Redis."""

from __future__ import annotations

import pytest

from collab.common.caches import SteadyRedisCache

pytestmark = pytest.mark.unit


@pytest.fixture
def cache_without_redis() -> SteadyRedisCache:
    # Nothing listens on port 1.
    cache = SteadyRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 1}})
    cache._own.clear()
    return cache


@pytest.mark.enable_socket
def test_values_are_kept_by_the_process_while_redis_is_away(cache_without_redis: SteadyRedisCache) -> None:
    cache = cache_without_redis
    assert cache.get("attempts") is None
    assert cache.add("attempts", 1, timeout=60) is True
    assert cache.add("attempts", 9, timeout=60) is False
    assert cache.incr("attempts") == 2
    cache.set("attempts", 5, timeout=60)
    assert (cache.touch("attempts", 60), cache.get("attempts")) == (True, 5)
    assert (cache.delete("attempts"), cache.get("attempts", "gone")) == (True, "gone")
