"""The pages of the documentation: their links and their blocks of code; as a program, runs the Python ones.

A block of Python is run, one after the other on a page, unless the line before it says ``<!-- strategy -->`` (what a
strategy does, with `self`) or ``<!-- compile -->``.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(
    r"(?:^<!-- (?P<how>\w+) -->\n)?^```(?P<kind>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"\]\((?P<to>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    kind: str
    how: str
    code: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"


def hooks() -> Any:
    """Return the module that the build loads."""
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def generated() -> dict[str, str]:
    """Return the pages that the build writes."""
    pages: dict[str, str] = hooks().generated_pages()
    return pages


def navigation() -> list[str]:
    """Return the pages that the build lists."""
    listed = re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2])
    found: list[str] = []
    hooks().complete([*listed, {"last": found}])
    return [*listed, *found]


def written() -> dict[str, str]:
    """Return the pages in the folder, by their path there."""
    return {str(path.relative_to(DOCS)): path.read_text() for path in sorted(DOCS.rglob("*.md"))}


def blocks_of(page: str, text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start("code"))
        yield Block(page, line, found["kind"], found["how"] or "run", found["code"])


def blocks(kind: str) -> list[Block]:
    return [
        block for page, text in written().items() for block in blocks_of(page, text) if block.kind == kind
    ]


def links_of(text: str) -> list[str]:
    return [found["to"] for found in _LINK.finditer(_FENCE.sub("", text))]


def anchors_of(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head).strip().lower()) for head in heads}


def check_strategy(block: Block) -> None:
    """Check what a strategy's lines import, call of the framework's strategy, and build of ours."""
    from nautilus_trader.trading.strategy import Strategy  # noqa: PLC0415 - only the program needs the framework

    code = textwrap.indent(block.code, "    ")
    tree = ast.parse(f"def act(self, **known):\n{code}", block.name)
    compile(tree, block.name, "exec")
    names: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            exec(compile(ast.Module([node], []), block.name, "exec"), names)  # noqa: S102 - our own page
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        target = ast.unparse(node.func)
        if target.startswith("self.") and target.count(".") == 1 and target != "self.warden":
            check_call(block, getattr(Strategy, target.removeprefix("self.")), node)
        elif isinstance(node.func, ast.Name) and node.func.id in names and is_constant(node):
            eval(compile(ast.Expression(node), block.name, "eval"), names)  # noqa: S307 - the same


def check_call(block: Block, method: Any, node: ast.Call) -> None:
    try:
        allowed = set(inspect.signature(method).parameters)
    except ValueError:
        return
    for keyword in node.keywords:
        assert keyword.arg is None or keyword.arg in allowed, (
            f"{block.name}: {keyword.arg} is none of {allowed}"
        )


def is_constant(node: ast.Call) -> bool:
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    return all(isinstance(value, ast.Constant) for value in values)


def main() -> None:
    """Run every page's Python, and print what failed."""
    failed = 0
    for page in sorted({block.page for block in blocks("python")}):
        names: dict[str, Any] = {"__name__": "__main__"}
        for block in blocks("python"):
            if block.page != page:
                continue
            try:
                if block.how == "strategy":
                    check_strategy(block)
                else:
                    program = compile("\n" * block.line + block.code, page, "exec")
                    if block.how == "run":
                        exec(program, names)  # noqa: S102 - our own page
            except Exception as e:  # noqa: BLE001 - one run shows all that is wrong
                failed += 1
                print(f"{block.name}: {type(e).__name__}: {e}", file=sys.stderr)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
