"""The templates of one language: found in its folders, compiled, and checked against what a template may say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from jinja2 import Environment, Template, TemplateError, TemplateSyntaxError, meta, nodes

from dispatcher.messages.problems import TemplateProblem
from dispatcher.messages.sandbox import sandbox
from dispatcher.messages.vocabulary import KINDS, LISTED, SHARED, File, file_of, words_file
from schemas.values import Channel


@dataclass(frozen=True, slots=True)
class Language:
    """Compiled templates by file name. `tag` is the folder's name, `locale` says how numbers and dates are written."""

    tag: str
    locale: Locale
    templates: Mapping[str, Template]

    def words(self, message: str, channel: Channel) -> Template | None:
        """The words of a message, if this language has them."""
        return self.templates.get(words_file(message, channel))


def load_language(
    tag: str, locale: Locale, folders: Sequence[Path], built_in: Language | None = None
) -> Language | list[TemplateProblem]:
    """Everything in the language's folders, the first folder first, or every problem found.

    What `built_in` has compiled of the last folder is taken from there.
    """
    environment = sandbox(folders, locale)
    templates: dict[str, Template] = {}
    problems: list[TemplateProblem] = []
    paths = [*_files(folders)]
    for path in paths:
        ready = None if built_in is None else built_in.templates.get(path.name)
        found = ready if ready is not None and ready.filename == str(path) else _compiled(environment, path)
        if isinstance(found, Template):
            templates[path.name] = found
        else:
            problems += found
    problems += _missing_layouts(folders[0], [path.name for path in paths])
    return problems or Language(tag, locale, templates)


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    """One path a name, from the first folder that has it. Names with `_` in front are for `include` alone."""
    seen: set[str] = set()
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.name not in seen and path.is_file() and path.suffix != ".md" and path.name[0] not in "._":
                seen.add(path.name)
                yield path


def _compiled(environment: Environment, path: Path) -> Template | list[TemplateProblem]:
    file = file_of(path.name)
    if file is None:
        kinds = ", ".join(f"<message>.{channel}.txt" for channel in KINDS)
        return [TemplateProblem(str(path), None, "no template has such a name", f"{kinds}, a layout, or _<part>")]
    try:
        tree = environment.parse(path.read_text(encoding="utf-8"), path.name, str(path))
        code = environment.compile(tree, path.name, str(path))
        template = Template.from_code(environment, code, environment.globals)
    except UnicodeDecodeError:
        return [TemplateProblem(str(path), None, "is not UTF-8", "text in UTF-8")]
    except TemplateSyntaxError as error:
        return [TemplateProblem(str(path), error.lineno, error.message or "wrong syntax", "a Jinja template")]
    except (TemplateError, OSError) as error:
        return [TemplateProblem(str(path), None, f"cannot be read ({error})", "a readable Jinja template")]
    problems = [*_unknown_variables(tree, path, file), *_missing_blocks(template, path, file)]
    return problems or template


def _unknown_variables(tree: nodes.Template, path: Path, file: File) -> Iterator[TemplateProblem]:
    allowed = KINDS[file.channel].layout_variables if file.is_layout else frozenset(SHARED)
    unknown = meta.find_undeclared_variables(tree) - allowed
    lines = {name.name: name.lineno for name in reversed([*tree.find_all(nodes.Name)])}
    for variable in sorted(unknown):
        advice = f"one of {', '.join(sorted(allowed))}"
        if variable in LISTED:
            advice = f"it in a layout only; here {advice}"
        yield TemplateProblem(str(path), lines.get(variable), f"{variable!r} is not known", advice)


def _missing_blocks(template: Template, path: Path, file: File) -> Iterator[TemplateProblem]:
    for block in () if file.is_layout else KINDS[file.channel].blocks:
        if block not in template.blocks:
            yield TemplateProblem(
                str(path), None, f"block {block!r} is missing", f"{{% block {block} %}} ... {{% endblock %}}"
            )


def _missing_layouts(folder: Path, files: Sequence[str]) -> Iterator[TemplateProblem]:
    """Words of a language stand in a layout of the same language, never in another's."""
    used = {file.channel for name in files if (file := file_of(name)) is not None}
    for channel in sorted(used):
        for layout in KINDS[channel].layouts:
            if layout not in files:
                yield TemplateProblem(
                    str(folder / layout), None, "is missing", f"a layout beside the {channel} texts of this language"
                )
