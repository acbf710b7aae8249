"""Mutants of a module: its functions with one small mistake each, put in their place in this very process.

A mutant is the code object of one function, changed at one place of its syntax tree. It is put into the function object
itself, so that everybody who imported the function has it. Mistakes are those of people: a bound that is off by one, a
condition turned round, a sign, a forgotten line.
"""

import ast
import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import CodeType, FunctionType, ModuleType

_COMPARED: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_COUNTED: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.RShift: ast.LShift,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "bisect_right": "bisect_left"}


@dataclass(frozen=True)
class Mutant:
    """One mistake: where (`module.function:line`), what it says instead, and how to put it in."""

    place: str
    says: str
    install: Callable[[], None]

    @property
    def name(self) -> str:
        """Place and text, on one line: the same in every run."""
        return f"{self.place} {self.says}"


def mutants_of(name: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text."""
    module = import_module(name)
    tree = ast.parse(inspect.getsource(module))
    for path in _functions(tree):
        for index, (line, says) in enumerate(_mistakes(_at(tree, path))):
            short, function = name.rpartition(".")[2], ".".join(path)
            yield Mutant(f"{short}.{function}:{line}", says, _installing(module, tree, path, index))


def _functions(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield (node.name,)
        elif isinstance(node, ast.ClassDef):
            yield from ((node.name, each.name) for each in node.body if isinstance(each, ast.FunctionDef))


def _at(tree: ast.Module, path: tuple[str, ...]) -> ast.FunctionDef:
    node: ast.AST = tree
    for name in path:
        node = next(each for each in node.body if getattr(each, "name", None) == name)
    assert isinstance(node, ast.FunctionDef)
    return node


def _mistakes(function: ast.FunctionDef) -> list[tuple[int, str]]:
    """Line and text of every mistake; making the n-th one is `_with_mistake(..., n)`."""
    found: list[tuple[int, str]] = []
    for node in _inside(function):
        for change in _changes(node):
            changed = copy.deepcopy(node)
            change(changed)
            before, after = ast.unparse(node), ast.unparse(changed)
            found.append((node.lineno, f"{_short(before)} -> {_short(after)}"))
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else f"{line[:67]}..."


def _inside(function: ast.FunctionDef) -> Iterator[ast.AST]:
    for statement in function.body:
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):  # a docstring
            yield from (each for each in ast.walk(statement) if hasattr(each, "lineno"))


def _changes(node: ast.AST) -> Iterator[Callable[[ast.AST], None]]:
    """The ways to get a node wrong; each changes the node that it is given."""
    match node:
        case ast.Compare(ops=[one]):
            for other in _COMPARED.get(type(one), ()):
                yield lambda each, other=other: setattr(each, "ops", [other()])
        case ast.BinOp(op=one) if type(one) in _COUNTED:
            counted = _COUNTED[type(one)]
            yield lambda each, other=counted: setattr(each, "op", other())
        case ast.BoolOp(op=one):
            other = ast.Or if isinstance(one, ast.And) else ast.And
            yield lambda each, other=other: setattr(each, "op", other())
        case ast.Constant(value=bool() as said):
            yield lambda each, said=said: setattr(each, "value", not said)
        case ast.Constant(value=int() as said):
            yield lambda each, said=said: setattr(each, "value", said + 1)
        case ast.Call(func=ast.Name(id=called)) if called in _CALLED:
            yield lambda each, other=_CALLED[called]: setattr(each, "func", ast.Name(other, ast.Load()))
        case ast.If(test=_) | ast.IfExp(test=_):
            yield _turned_round
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue():
            yield _left_out


def _turned_round(node: ast.AST) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _left_out(node: ast.AST) -> None:
    place = {name: getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
    node.__class__ = ast.Pass
    node.__dict__.clear()
    node.__dict__.update(place)


def _installing(module: ModuleType, tree: ast.Module, path: tuple[str, ...], number: int) -> Callable[[], None]:
    def install() -> None:
        changed = copy.deepcopy(tree)
        function = _at(changed, path)
        left = number
        for node in _inside(function):
            ways = list(_changes(node))
            if left < len(ways):
                ways[left](node)
                break
            left -= len(ways)
        ast.fix_missing_locations(changed)
        code = _code_of(compile(changed, module.__file__ or "", "exec"), path)
        target = module
        for name in path:
            target = target.__dict__[name] if isinstance(target, type) else getattr(target, name)
        for each in _cached(module):
            each.cache_clear()
        _plain(target).__code__ = code

    return install


@cache
def _cached(module: ModuleType) -> tuple[object, ...]:
    return tuple(each for each in vars(module).values() if hasattr(each, "cache_clear"))


def _plain(target: object) -> FunctionType:
    inner = target.fget if isinstance(target, property) else getattr(target, "__wrapped__", target)
    assert isinstance(inner, FunctionType), target
    return inner


def _code_of(module: CodeType, path: tuple[str, ...]) -> CodeType:
    code = module
    for name in path:
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name)
    return code
