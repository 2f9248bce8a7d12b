"""One instance of a component's module per element, in whatever order Streamlit calls."""

from __future__ import annotations

from playwright.sync_api import Page

from pages.components.mount.assets import asset_base
from vae.bench.server import App

# Calls as Streamlit makes them; what becomes of the module's one instance.
PLAY = """async ([script, order]) => {
    const said = (window.said = []);
    const code = `export const mount = async () => (
        {update: ({data}) => window.said.push(data.n), dispose: () => window.said.push("gone")})`;
    const base = URL.createObjectURL(new Blob([code], {type: "text/javascript"}));
    const {default: call} = await import(script);
    const parentElement = document.createElement("div");
    parentElement.innerHTML = '<div class="it"></div>';
    document.body.append(parentElement);
    const cleanups = {};
    for (const [what, n] of order) {
        const data = {asset_base: base, module: "", root: "it", n};
        if (what === "call") cleanups[n] = call({parentElement, data});
        if (what === "clean") cleanups[n]();
        if (what === "leave") parentElement.remove();
        for (const end = performance.now() + 10_000; what === "load" && !said.length;) {
            if (performance.now() > end) throw new Error("It never came.");
            await new Promise(requestAnimationFrame);
        }
    }
    return said;
}"""


def played(page: Page, app: App, order: str) -> list[object]:
    page.goto(app.url)
    steps = [step.split(" ") for step in order.split(", ")]
    said: list[object] = page.evaluate(PLAY, [f"/{asset_base()}mount/slot.js", steps])
    return said


def test_a_call_that_was_given_up_changes_nothing(page: Page, app: App) -> None:
    """Before the newer one, or after it; Streamlit cleans up after it at once."""
    assert played(page, app, "call 1, call 2, clean 1, load, leave, clean 2") == ["2", "gone"]
    assert played(page, app, "call 2, call 1, clean 1, load, leave, clean 2") == ["2", "gone"]
    assert played(page, app, "call 2, load, call 1, clean 1, leave, clean 2") == ["2", "1", "2", "gone"]


def test_the_instance_goes_with_its_element(page: Page, app: App) -> None:
    """Only the last call is cleaned up after then."""
    assert played(page, app, "call 1, load, call 2, leave, clean 2") == ["1", "2", "gone"]
