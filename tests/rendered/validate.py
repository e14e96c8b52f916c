#!/usr/bin/env python3
"""validate.py SCHEMAS LIST: holds files to their JSON schemas.

SCHEMAS is tests/data/schemas. LIST has a line for each file: family, tab, path. A violation is one line on stdout,
"path: document: place: what"; the exit code is 0 if there is none, 1 if there are some.
"""
import json
import pathlib
import sys

import jsonschema
import yaml


class Strict(yaml.SafeLoader):
    """A key that stands twice is an error, as it is for most of the programs that read these files."""


def mapping(loader, node):
    seen = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is no text", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)


def documents(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return [json.loads(text)]
    return list(yaml.load_all(text, Loader=Strict))


def no_network(uri):
    raise ValueError(f"the schema refers to {uri}, which is not here")


def validator(schema):
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
    handlers = {"http": no_network, "https": no_network}
    return kind(schema, resolver=jsonschema.RefResolver.from_schema(schema, handlers=handlers))


def without_nullable(node):
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [without_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: without_nullable(value) for key, value in node.items()}
    if out.get("nullable") is True:
        del out["nullable"]
        if set(out) <= {"description", "default"}:
            return {"type": "null"}
        return {"anyOf": [out, {"type": "null"}]}
    return out


class Schemas:
    FILES = {
        "compose": "compose-spec.json",
        "traefik-dynamic": "traefik-strict/traefik-v3-file-provider.json",
        "prometheus": "prometheus.json",
        "rules": "prometheus.rules.json",
        "alertmanager": "prometheus-alertmanager.json",
    }

    def __init__(self, folder):
        self.folder = folder
        self.made = {}
        self.kinds = {}  # (apiVersion, kind) -> file
        for path in sorted(folder.glob("kubernetes-*/*.json")) + sorted(folder.glob("crds-strict/*.json")):
            properties = json.loads(path.read_text())["properties"]
            for version in properties["apiVersion"]["enum"]:
                for kind in properties["kind"]["enum"]:
                    self.kinds[version, kind] = path

    def load(self, path):
        if path not in self.made:
            self.made[path] = validator(json.loads(path.read_text()))
        return self.made[path]

    def collection(self):
        if "collection" not in self.made:
            api = json.loads((self.folder / "qdrant-1.19-openapi.json").read_text())
            schema = without_nullable({"components": api["components"]})
            schema["$ref"] = "#/components/schemas/CreateCollection"
            closed = schema["components"]["schemas"]["CreateCollection"]
            closed["additionalProperties"] = False
            self.made["collection"] = validator(schema)
        return self.made["collection"]

    def static(self):
        """Traefik refuses keys that it doesn't know, at the top too, where the schema is open."""
        if "static" not in self.made:
            schema = json.loads((self.folder / "traefik-v3.json").read_text())
            self.made["static"] = validator({**schema, "additionalProperties": False})
        return self.made["static"]

    def dashboard(self):
        """The schema is of the API's envelope, {"dashboard": …}; a provisioned file has what is in it."""
        if "dashboard" not in self.made:
            schema = json.loads((self.folder / "grafana-dashboard-5.x.json").read_text())
            schema = {**schema, **schema["properties"]["dashboard"], "required": ["title", "uid", "panels", "schemaVersion"]}
            self.made["dashboard"] = validator(schema)
        return self.made["dashboard"]

    def of(self, family, document):
        """A validator, or None where any document will do."""
        if family == "kubernetes":
            if not isinstance(document, dict):
                raise ValueError("no Kubernetes object")
            name = document.get("apiVersion"), document.get("kind")
            if name not in self.kinds:
                raise ValueError(f"no schema for {name[1]} of {name[0]}")
            return self.load(self.kinds[name])
        own = {"collection": self.collection, "traefik-static": self.static, "dashboard": self.dashboard}
        if family in own:
            return own[family]()
        if family == "yaml":
            return None
        return self.load(self.folder / self.FILES[family])


def deepest(error):
    """Of what an anyOf or oneOf has against a value, what comes closest."""
    best = jsonschema.exceptions.best_match([error]) if error.context else error
    return best or error


def violations(schemas, family, path):
    try:
        read = documents(path)
    except (yaml.YAMLError, ValueError) as error:
        yield "", " ".join(str(error).split())
        return
    if not read or all(document is None for document in read):
        yield "", "empty"
    for number, document in enumerate(read):
        where = str(number)
        if isinstance(document, dict) and "kind" in document:
            where = f"{document['kind']} {document.get('metadata', {}).get('name', '')}"
        try:
            check = schemas.of(family, document)
        except ValueError as error:
            yield where, str(error)
            continue
        for error in check.iter_errors(document) if check else []:
            error = deepest(error)
            yield f"{where}: /{'/'.join(str(part) for part in error.absolute_path)}", error.message[:300]


def main():
    schemas = Schemas(pathlib.Path(sys.argv[1]))
    found = False
    for line in pathlib.Path(sys.argv[2]).read_text().splitlines():
        family, path = line.split("\t")
        for where, what in violations(schemas, family, pathlib.Path(path)):
            found = True
            print(f"{path}: {where}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
