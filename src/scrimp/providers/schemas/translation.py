"""A JSON schema rewritten with the few words that a provider takes, looser where it must be, never narrower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from scrimp.answers.schema_reply import WRAPPER, describes_object, pointer_of, resolved
from scrimp.providers.schemas.limits import SchemaForm, UntranslatableError, as_list, as_object, check_limits
from scrimp.providers.schemas.merge import SHAPE, merged
from scrimp.regexes import pattern
from scrimp.values import Json, JsonObject

_COMPLEX = ("object", "array")
_NULL: JsonObject = {"type": "null"}
# By these a schema without a type tells which one it means.
_TYPE_OF = {
    "properties": "object", "required": "object", "additionalProperties": "object", "items": "array",
    "prefixItems": "array", "pattern": "string", "minLength": "string", "maxLength": "string", "format": "string",
    "minimum": "number", "maximum": "number", "exclusiveMinimum": "number", "exclusiveMaximum": "number",
    "multipleOf": "number",
}  # fmt: skip
# Words that narrow what a value may be, besides those that are translated.
_CONSTRAINTS = frozenset((
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "format", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "minProperties",
    "maxProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies", "not", "if", "then",
    "else", "unevaluatedProperties", "unevaluatedItems",
))  # fmt: skip
_BESIDE_REFERENCE = _CONSTRAINTS | SHAPE | {"required", "additionalProperties", "anyOf", "oneOf", "allOf"}
_OWN_BASE = frozenset(("$id", "$dynamicRef", "$recursiveRef"))  # keywords that change what references mean
_MAX_SHOWN = 100  # characters of a constraint in a description
_MAX_CHAIN = 10  # length of a chain of references to references


class TranslatedSchema(Struct, frozen=True):
    """A schema in a form, and what was changed, in words."""

    schema: JsonObject
    changes: tuple[str, ...]


def translated(schema: JsonObject, form: SchemaForm) -> TranslatedSchema:
    """Return a schema in a form: every value of it is one of the result, but for what `changes` says.

    UntranslatableError where the form has no words for it.
    """
    translator = _Translator(schema, form)
    result = translator.whole()
    check_limits(result, form)
    return TranslatedSchema(result, tuple(translator.changes()))


class _Translator:
    """The translation of one schema; parts that are referred to become definitions of the result."""

    def __init__(self, schema: JsonObject, form: SchemaForm) -> None:
        self._whole, self._form = schema, form
        self._definitions: JsonObject = {}
        self._names: dict[str, str] = {}  # names of definitions, by JSON pointer
        self._unfinished: set[str] = set()  # pointers
        self._left_out: dict[str, None] = {}
        self._said: dict[str, None] = {}

    def whole(self) -> JsonObject:
        """Return the whole schema."""
        if self._form.whole_is_object and not describes_object(self._whole, self._whole):
            self._said[f'as the property "{WRAPPER}" of an object'] = None
            result = _closed_object({WRAPPER: self._part(self._whole)}, [WRAPPER])
        else:
            own = ("$id", "description") if "$ref" in self._whole else ("$id",)
            result = self._part({name: value for name, value in self._whole.items() if name not in own})
            if "$ref" in result:
                result = dict(as_object(self._definitions[str(result["$ref"]).rpartition("/")[2]]))
        return result | ({"$defs": self._definitions} if self._definitions else {})

    def _leave_out(self, word: str) -> None:
        if word in _CONSTRAINTS:
            self._left_out[word] = None

    def changes(self) -> Iterator[str]:
        """Yield the changes that the form makes."""
        yield from self._said
        if self._left_out:
            yield f"without {', '.join(self._left_out)}"

    def _part(self, schema: Json) -> JsonObject:
        if not isinstance(schema, dict) or not schema:
            raise UntranslatableError("parts that may be anything")
        if strange := _OWN_BASE & schema.keys():
            raise UntranslatableError(", ".join(sorted(strange)))
        if "$ref" in schema:
            return self._reference(schema)
        if as_list(schema.get("allOf")):
            return self._part(merged(schema, self._whole, self._leave_out))
        branches = as_list(schema.get("anyOf")) or as_list(schema.get("oneOf"))
        if branches and not SHAPE & schema.keys():
            if "oneOf" in schema:
                self._said["with anyOf for oneOf"] = None
            return self._described(schema, {"anyOf": [self._part(branch) for branch in branches]}, ())
        for word in ("anyOf", "oneOf"):
            if word in schema:
                self._left_out[word] = None
        return self._enumeration(schema) if {"enum", "const"} & schema.keys() else self._of_types(schema)

    def _of_types(self, schema: JsonObject) -> JsonObject:
        types = _types(schema)
        scalars = [name for name in types if name not in _COMPLEX]
        parts = [
            self._object(schema) if name == "object" else self._array(schema) for name in types if name in _COMPLEX
        ]
        if scalars:
            result: JsonObject = {"type": scalars[0] if len(scalars) == 1 else list[Json](scalars)}
            parts.append(self._described(schema, result))
        return parts[0] if len(parts) == 1 else {"anyOf": list[Json](parts)}

    def _enumeration(self, schema: JsonObject) -> JsonObject:
        values = as_list(schema["enum"]) if "enum" in schema else [schema["const"]]
        if any(isinstance(value, dict | list) for value in values):
            raise UntranslatableError("enums of lists or objects")
        declared = as_list(schema.get("type")) or [schema["type"]] if "type" in schema else None
        values = [value for value in values if declared is None or _type_of(value) & set(map(str, declared))]
        if not values:
            raise UntranslatableError("enums without a value")
        types = list(dict.fromkeys(min(_type_of(value)) for value in values))
        result: JsonObject = {"type": types[0] if len(types) == 1 else list[Json](types), "enum": values}
        return self._described(schema, result)

    def _object(self, schema: JsonObject) -> JsonObject:
        properties, required = as_object(schema.get("properties")), as_list(schema.get("required"))
        extra = schema.get("additionalProperties", schema.get("unevaluatedProperties"))
        if schema.get("patternProperties"):
            raise UntranslatableError("patternProperties")
        open_on_purpose = extra not in (None, False) or (extra is None and not properties)
        if self._form.closed and (open_on_purpose or not {*required} <= properties.keys()):
            raise UntranslatableError("objects with any properties")
        parts: JsonObject = {}
        for name, part in properties.items():
            if part is False and name not in required:
                continue
            parts[name] = self._part(part)
            if self._form.all_required and name not in required:
                self._said["with optional properties as null"] = None
                parts[name] = self._nullable(as_object(parts[name]))
        if self._form.closed:
            if extra is None:
                self._said["with objects closed"] = None
            result = _closed_object(parts, list(parts) if self._form.all_required else required)
        else:
            result = {"type": "object", "properties": parts, "required": required}
            if extra is not None:
                result["additionalProperties"] = extra if isinstance(extra, bool) else self._part(extra)
        if not required and not self._form.all_required:
            del result["required"]
        return self._described(schema, result, ("unevaluatedProperties",))

    def _array(self, schema: JsonObject) -> JsonObject:
        items = schema.get("items")
        first = as_list(schema.get("prefixItems")) or as_list(items)
        rest = [items] if isinstance(items, dict) and items else []
        if not first and not rest:
            raise UntranslatableError("lists of anything")
        if first:
            self._left_out["prefixItems"] = None
        kinds: list[Json] = []
        for part in map(self._part, (*first, *rest)):
            if part not in kinds:
                kinds.append(part)
        return self._described(schema, {"type": "array", "items": kinds[0] if len(kinds) == 1 else {"anyOf": kinds}})

    def _reference(self, schema: JsonObject) -> JsonObject:
        if _BESIDE_REFERENCE & schema.keys():
            return self._part(merged(schema, self._whole, self._leave_out))
        pointer, target = self._end_of_chain(schema["$ref"])
        if pointer in self._unfinished and not self._form.recursive:
            raise UntranslatableError("schemas that refer to themselves")
        if pointer not in self._names:
            name = self._names[pointer] = self._definition_name(pointer)
            self._unfinished.add(pointer)
            self._definitions[name] = {}
            self._definitions[name] = self._part(target)
            self._unfinished.discard(pointer)
        reference: JsonObject = {"$ref": f"#/$defs/{self._names[pointer]}"}
        description = schema.get("description")
        if not description or not self._form.all_required:
            return reference
        return {"anyOf": [reference], "description": description}

    def _end_of_chain(self, reference: Json) -> tuple[str, Json]:
        """Resolve a chain of references; return the JSON pointer and the schema at its end."""
        for _ in range(_MAX_CHAIN):
            pointer, target = pointer_of(reference), resolved(self._whole, reference)
            if pointer is None or target is None:
                raise UntranslatableError(f"references such as {reference}")
            if not isinstance(target, dict) or "$ref" not in target or _BESIDE_REFERENCE & target.keys():
                return pointer, target
            reference = target["$ref"]
        raise UntranslatableError("schemas that refer to themselves")

    def _definition_name(self, pointer: str) -> str:
        own = pointer.rpartition("/")[2]
        if pattern(r"[\w.-]+").fullmatch(own) and own not in self._definitions:
            return own
        return f"part{len(self._definitions) + 1}"

    def _nullable(self, part: JsonObject) -> JsonObject:
        """Return a part that may also be null."""
        if self._takes_null(part):
            return part
        kind = part.get("type")
        if kind is None or kind in _COMPLEX:
            description = part.get("description")
            outer: JsonObject = {"anyOf": [*(as_list(part.get("anyOf")) or [part]), _NULL]}
            return outer | ({"description": description} if description and "anyOf" in part else {})
        kinds = as_list(kind) or [kind]
        return part | {"type": [*kinds, "null"]} | ({"enum": [*as_list(part["enum"]), None]} if "enum" in part else {})

    def _takes_null(self, part: Json) -> bool:
        if not isinstance(part, dict):
            return False
        if "$ref" in part:
            name = str(part["$ref"]).rpartition("/")[2]
            definition = self._definitions[name]
            return "$ref" not in as_object(definition) and self._takes_null(definition)
        return (
            part.get("type") == "null"
            or "null" in as_list(part.get("type"))
            or any(map(self._takes_null, as_list(part.get("anyOf"))))
        )

    def _described(self, schema: JsonObject, result: JsonObject, implied: Sequence[str] = ()) -> JsonObject:
        """Add what the form takes of the rest of a schema, and say the rest in the description."""
        said = []
        for name in schema:
            if name not in _CONSTRAINTS or name in implied:
                continue
            if self._takes(name, schema[name]):
                result[name] = schema[name]
                continue
            self._left_out[name] = None
            value = msgspec.json.encode(schema[name]).decode()
            if len(value) <= _MAX_SHOWN:
                said.append(f"{name}: {value}")
        description = schema.get("description")
        words = [description] if isinstance(description, str) and description else []
        if said:
            words.append(f"({', '.join(said)})")
        if isinstance(schema.get("title"), str):
            result["title"] = schema["title"]
        return result | ({"description": " ".join(words)} if words else {})

    def _takes(self, name: str, value: Json) -> bool:
        if name == "format":
            return value in self._form.formats
        if name == "minItems" and self._form.least_items:
            return isinstance(value, int) and value <= self._form.least_items
        return name in self._form.kept


def _closed_object(properties: JsonObject, required: Sequence[Json]) -> JsonObject:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _types(schema: JsonObject) -> list[str]:
    """Return the types a schema allows; a schema that names none means the one its other words are about."""
    if "type" in schema:
        return [str(name) for name in as_list(schema["type"]) or [schema["type"]]]
    meant = dict.fromkeys(kind for word, kind in _TYPE_OF.items() if word in schema)
    if len(meant) != 1:
        raise UntranslatableError("parts that may be anything")
    return list(meant)


def _type_of(value: Json) -> set[str]:
    match value:
        case None:
            return {"null"}
        case bool():
            return {"boolean"}
        case str():
            return {"string"}
        case int():
            return {"integer", "number"}
        case float():
            return {"integer", "number"} if value.is_integer() else {"number"}
        case _:
            return set()
