"""The house's import contracts, as `pyproject.toml` states them."""

from importlinter.cli import lint_imports


def test_import_contracts_hold() -> None:
    assert lint_imports(no_cache=True) == 0
