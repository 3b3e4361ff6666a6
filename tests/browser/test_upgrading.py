"""Searchable in seconds, understood soon after: vectors of the model come in the background."""

import pytest

from tests.browser.test_runtime import Run, run

__all__ = ["run"]
pytestmark = pytest.mark.browser

MODEL = "all-MiniLM-L6-v2/1/int8"
STATIC = "static/minilm-256/1"


def test_found_at_once_then_understood(run: Run) -> None:
    """By static vectors while the model is still loading; by the model's when it is done."""
    out = run("""
      const fossick = await Fossick.open({ collection: "tiers" });
      const phases = new Set();
      fossick.addEventListener("progress", ({ detail }) => phases.add(detail.phase));
      await fossick.pauseUpgrade();
      const report = await fossick.add([
        { path: "a.txt", text: "Pasta cooks for eight minutes in boiling water." },
        { path: "b.txt", text: "The treasurer signs the annual report." },
      ]);
      const before = (await fossick.stats()).models;
      const first = await fossick.search("boil noodles", { mode: "vector", waitForModel: false });
      await fossick.pauseUpgrade(false);
      await fossick.upgraded();
      const after = (await fossick.stats()).models;
      const then = await fossick.search("boil noodles", { mode: "vector" });
      await fossick.close();
      const again = await Fossick.open({ collection: "tiers" });
      const kept = (await again.stats()).models;
      return { report, before, after, kept, phases: [...phases], upgrade: again.info().upgrade,
        first: first.hits[0].path, then: then.hits[0].path };
    """)
    assert out["report"]["added"] == 2
    assert out["before"] == [{"model": STATIC, "chunks": 2}]
    assert out["after"] == out["kept"] == [{"model": MODEL, "chunks": 2}]
    assert (out["first"], out["then"]) == ("a.txt", "a.txt")
    assert "upgrade" in out["phases"]
    assert out["upgrade"] is None


def test_a_battery_that_runs_low_is_spared(run: Run) -> None:
    """Passages are found by static vectors until the device is plugged in again."""
    out = run("""
      const battery = Object.assign(new EventTarget(), { charging: false, level: 0.2 });
      const become = (change, event) => {
        Object.assign(battery, change);
        battery.dispatchEvent(new Event(event));
      };
      navigator.getBattery = async () => battery;
      const fossick = await Fossick.open({ collection: "battery" });
      await fossick.embed("the model is there");
      const models = async () => (await fossick.stats()).models.map(({ model }) => model);
      await fossick.add([{ path: "a.txt", text: "Pasta cooks for eight minutes." }]);
      await sleep(1500);
      const low = await models();
      become({ charging: true }, "chargingchange");
      await fossick.upgraded();
      const plugged = await models();
      become({ charging: false }, "chargingchange");
      await fossick.add([{ path: "b.txt", text: "The treasurer signs the report." }]);
      await sleep(1500);
      const unplugged = await models();
      become({ level: 0.8 }, "levelchange");
      await fossick.upgraded();
      return { low, plugged, unplugged, charged: await models() };
    """)
    assert (out["low"], out["plugged"], out["charged"]) == ([STATIC], [MODEL], [MODEL])
    assert sorted(out["unplugged"]) == sorted([STATIC, MODEL])
