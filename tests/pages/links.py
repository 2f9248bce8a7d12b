"""The links between the pages, followed without a browser."""

from __future__ import annotations

from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest


def addresses(app: AppTest) -> dict[str, dict[str, str]]:
    """Where the links at the top lead: the parameters of each page's address, by the page's name."""
    links = [link.proto for link in app.get("page_link")]
    return {link.label: dict(parse_qsl(link.query_string, keep_blank_values=True)) for link in links}


def follow(app: AppTest, page: str) -> None:
    """Go where the link with this name leads."""
    parameters = addresses(app)[page]
    app.switch_page(f"{page.lower().replace(' ', '_')}.py")
    app.query_params.clear()
    app.query_params.update(parameters)
    app.run()
    assert not app.exception
    assert app.query_params == parameters, "arriving writes nothing into the address"
