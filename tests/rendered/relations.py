#!/usr/bin/env python3
"""relations.py kubernetes|compose|data FOLDER NOTES: what no schema says of the files of one stack.

kubernetes: names, selectors, references, bounds and quantities of FOLDER/kubernetes/*.yaml agree with each other. compose:
FOLDER/compose.yaml mounts, depends on and publishes what is there. data: see there. A Secret or a file that the reader makes is named in NOTES.
A violation is one line on stdout; the exit code is 0 if there is none, 1 if there are some.
"""
import json
import pathlib
import re
import sys

from validate import documents

LABEL = re.compile(r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$")
NAME = re.compile(r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")
SUBDOMAIN = re.compile(r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")
QUANTITY = re.compile(r"^([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi|)$")
FACTORS = {"m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
           "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
CLUSTER_WIDE = ("Namespace", "ClusterRole", "ClusterRoleBinding", "PriorityClass", "StorageClass")


def at(node, *path, default=None):
    for key in path:
        if not isinstance(node, dict) or key not in node:
            return default
        node = node[key]
    return node


def amount(text):
    match = QUANTITY.match(str(text))
    return float(match[1]) * FACTORS[match[2]] if match else None


class Manifests:
    def __init__(self, folder, notes):
        self.notes = notes
        self.found = []
        self.objects = []
        for path in sorted((folder / "kubernetes").glob("*.yaml")):
            self.objects += [(path.name, one) for one in documents(path) if one]

    def say(self, file, one, what):
        self.found.append(f"kubernetes/{file}: {one['kind']} {at(one, 'metadata', 'name')}: {what}")

    def of(self, *kinds):
        return [(file, one) for file, one in self.objects if one["kind"] in kinds]

    def names(self, *kinds):
        return {one["metadata"]["name"] for _, one in self.of(*kinds)}

    def noted(self, name):
        return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", self.notes) is not None

    def pods(self, selector):
        """The workloads whose pods have these labels."""
        return [one for _, one in self.of(*WORKLOADS) if selector and
                selector.items() <= at(one, "spec", "template", "metadata", "labels", default={}).items()]

    # ---- each kind ----

    def metadata(self):
        spaces = self.names("Namespace")
        seen = set()
        for file, one in self.objects:
            meta = one["metadata"]
            who = one["kind"], meta["name"]
            if who in seen:
                self.say(file, one, "stands twice")
            seen.add(who)
            rule = NAME if one["kind"] in ("Service", "Namespace") else SUBDOMAIN
            if not rule.match(meta["name"]):
                self.say(file, one, "a name that a cluster refuses")
            if one["kind"] not in CLUSTER_WIDE and meta.get("namespace") not in spaces:
                self.say(file, one, f"its namespace {meta.get('namespace')} is not made")
            for key, value in meta.get("labels", {}).items():
                if not LABEL.match(value):
                    self.say(file, one, f"label {key}: {value!r} is none")

    def workloads(self):
        for file, one in self.of(*WORKLOADS):
            selector = at(one, "spec", "selector", "matchLabels", default={})
            if one not in self.pods(selector):
                self.say(file, one, f"selector {selector} is not of its own pods")
            if len(self.pods(selector)) > 1:
                self.say(file, one, "its selector takes the pods of others too")
            self.pod(file, one, one["spec"]["template"]["spec"])
        for file, one in self.of("Job"):
            self.pod(file, one, one["spec"]["template"]["spec"])
        for file, one in self.of("CronJob"):
            self.pod(file, one, one["spec"]["jobTemplate"]["spec"]["template"]["spec"])

    def refers(self, file, one, kind, name, key=None):
        """A ConfigMap, Secret, … that is in the files or that a note tells the reader to make."""
        for _, other in self.of(kind):
            if other["metadata"]["name"] == name:
                keys = {**other.get("data", {}), **other.get("binaryData", {}), **other.get("stringData", {})}
                if key is not None and key not in keys:
                    self.say(file, one, f"{kind} {name} has no key {key}")
                return
        if kind == "Secret" and self.noted(name):
            if key is not None and key not in self.notes:
                self.say(file, one, f"no note says that Secret {name} needs the key {key}")
            return
        self.say(file, one, f"{kind} {name} is neither made nor noted")

    def pod(self, file, one, spec):
        volumes = {}
        for volume in spec.get("volumes", []):
            volumes[volume["name"]] = volume
            sources = [volume] + at(volume, "projected", "sources", default=[])
            for source in sources:
                for key, kind, naming in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName"),
                                          ("secret", "Secret", "name")):
                    name = at(source, key, naming)
                    for item in (at(source, key, "items") or [{"key": None}]) if name else []:
                        self.refers(file, one, kind, name, item["key"])
            claim = at(volume, "persistentVolumeClaim", "claimName")
            if claim:
                self.refers(file, one, "PersistentVolumeClaim", claim)
        for template in at(one, "spec", "volumeClaimTemplates", default=[]):
            volumes[template["metadata"]["name"]] = template
        account = spec.get("serviceAccountName", "default")
        if account != "default":
            self.refers(file, one, "ServiceAccount", account)
        mounted = set()
        for container in spec.get("initContainers", []) + spec["containers"]:
            self.container(file, one, spec, container)
            for mount in container.get("volumeMounts", []):
                mounted.add(mount["name"])
                if mount["name"] not in volumes:
                    self.say(file, one, f"{container['name']} mounts {mount['name']}, which is no volume")
        for name in volumes.keys() - mounted:
            self.say(file, one, f"volume {name} is mounted nowhere")

    def container(self, file, one, spec, container):
        name = container["name"]
        seen = set()
        for variable in container.get("env", []):
            if variable["name"] in seen:
                self.say(file, one, f"{name}: variable {variable['name']} stands twice")
            # What is put together of others must come after them.
            for other in re.findall(r"(?<!\$)(?:\$\$)*\$\(([A-Za-z_][A-Za-z0-9_]*)\)", variable.get("value", "")):
                if other not in seen:
                    self.say(file, one, f"{name}: {variable['name']} uses {other}, which is not set before it")
            seen.add(variable["name"])
            for host in re.findall(r"(?:@|://)([a-z][a-z0-9-]*):[0-9]+", variable.get("value", "")):
                if host not in self.names("Service") and not self.noted(host):
                    self.say(file, one, f"{name}: {variable['name']} leads to {host}, which is no Service and not noted")
            for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                reference = at(variable, "valueFrom", key)
                if reference:
                    self.refers(file, one, kind, reference["name"], reference["key"])
        for source in container.get("envFrom", []):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if key in source:
                    self.refers(file, one, kind, source[key]["name"])
        requests, limits = (at(container, "resources", key, default={}) for key in ("requests", "limits"))
        for key, value in [*requests.items(), *limits.items()]:
            if amount(value) is None:
                self.say(file, one, f"{name}: {key}: {value} is no quantity")
        for key in requests.keys() & limits.keys():
            if (amount(requests[key]) or 0) > (amount(limits[key]) or 0):
                self.say(file, one, f"{name}: asks for more {key} than its limit")
        ports = {port.get("name") for port in container.get("ports", [])} | {
            port["containerPort"] for port in container.get("ports", [])}
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            port = at(container, probe, "httpGet", "port", default=at(container, probe, "tcpSocket", "port"))
            if port is not None and port not in ports:
                self.say(file, one, f"{name}: {probe} asks port {port}, which it has not")
        asleep = at(container, "lifecycle", "preStop", "sleep", "seconds", default=0)
        command = " ".join(str(word) for word in at(container, "lifecycle", "preStop", "exec", "command", default=[]))
        asleep = max([asleep] + [int(seconds) for seconds in re.findall(r"sleep (\d+)", command)])
        if asleep and asleep >= spec.get("terminationGracePeriodSeconds", 30):
            self.say(file, one, f"{name}: waits {asleep} s before it stops, and is killed by then")

    def services(self):
        for file, one in self.of("Service"):
            spec = one["spec"]
            if spec.get("type") == "ExternalName":
                continue
            for port in spec.get("ports", []):
                if not port.get("name"):
                    self.say(file, one, f"port {port['port']} has no name")
            if "selector" not in spec:
                if not self.noted(one["metadata"]["name"]):
                    self.say(file, one, "has no selector, and no note says who answers")
                continue
            pods = self.pods(spec["selector"])
            if not pods:
                self.say(file, one, f"selects no pods: {spec['selector']}")
            for pod in pods:
                have = set()
                for container in pod["spec"]["template"]["spec"]["containers"]:
                    for port in container.get("ports", []):
                        have |= {port.get("name"), port["containerPort"]}
                for port in spec.get("ports", []):
                    if port.get("targetPort", port["port"]) not in have:
                        self.say(file, one, f"port {port.get('name')} leads to {port.get('targetPort', port['port'])}, "
                                            f"which {pod['metadata']['name']} has not")

    def target(self, file, one, reference):
        kind, name = reference.get("kind", "Deployment"), reference["name"]
        for other_file, other in self.of(kind):
            if other["metadata"]["name"] == name:
                return other
        self.say(file, one, f"its target {kind} {name} is not there")
        return None

    def scalers(self):
        scaled = {}
        floors = {}
        for file, one in self.of("HorizontalPodAutoscaler", "ScaledObject"):
            spec = one["spec"]
            keda = one["kind"] == "ScaledObject"
            low = spec.get("minReplicaCount", 0) if keda else spec.get("minReplicas", 1)
            high = spec.get("maxReplicaCount", 100) if keda else spec["maxReplicas"]
            if not low <= high or high < 1:
                self.say(file, one, f"at least {low}, at most {high}")
            idle = spec.get("idleReplicaCount")
            if idle is not None and not idle < low:
                self.say(file, one, f"idle at {idle}, not below {low}")
            target = self.target(file, one, spec["scaleTargetRef"])
            name = spec["scaleTargetRef"]["name"]
            if name in scaled:
                self.say(file, one, f"{scaled[name]} scales {name} already")
            scaled[name] = one["kind"]
            floors[name] = low
            for metric in spec.get("metrics", []) if target and not keda else []:
                resource = at(metric, "resource", "name")
                if resource and at(metric, "resource", "target", "type") == "Utilization":
                    for container in target["spec"]["template"]["spec"]["containers"]:
                        if resource not in at(container, "resources", "requests", default={}):
                            self.say(file, one, f"{resource} in percent, but {container['name']} requests none")
            for trigger in spec.get("triggers", []):
                login = at(trigger, "authenticationRef", "name")
                if login:
                    self.refers(file, one, at(trigger, "authenticationRef", "kind", default="TriggerAuthentication"), login)
        for file, one in self.of("TriggerAuthentication"):
            for reference in one["spec"].get("secretTargetRef", []):
                self.refers(file, one, "Secret", reference["name"], reference["key"])
        for file, one in self.of("VerticalPodAutoscaler"):
            self.target(file, one, one["spec"]["targetRef"])
        for file, one in self.of("PodDisruptionBudget"):
            spec = one["spec"]
            pods = self.pods(at(spec, "selector", "matchLabels"))
            if not pods:
                self.say(file, one, "selects no pods")
            if ("minAvailable" in spec) == ("maxUnavailable" in spec):
                self.say(file, one, "must have one of minAvailable and maxUnavailable")
            for pod in pods:
                low = floors.get(pod["metadata"]["name"], at(pod, "spec", "replicas", default=1))
                # Just as many is a spec's own decision: nothing moves while no more run.
                if isinstance(spec.get("minAvailable"), int) and spec["minAvailable"] > low:
                    self.say(file, one, f"more than the {low} that may run: none may ever be moved")

    def monitors(self):
        for file, one in self.of("ServiceMonitor"):
            wanted = at(one, "spec", "selector", "matchLabels", default={})
            ports = set()
            for _, service in self.of("Service"):
                if wanted and wanted.items() <= service["metadata"].get("labels", {}).items():
                    ports |= {port.get("name") for port in service["spec"]["ports"]}
            for endpoint in one["spec"]["endpoints"]:
                if endpoint.get("port") not in ports:
                    self.say(file, one, f"no Service of these labels has a port {endpoint.get('port')}")
        for file, one in self.of("PodMonitor"):
            ports = set()
            for pod in self.pods(at(one, "spec", "selector", "matchLabels", default={})):
                for container in pod["spec"]["template"]["spec"]["containers"]:
                    ports |= {port.get("name") for port in container.get("ports", [])}
            for endpoint in one["spec"]["podMetricsEndpoints"]:
                if endpoint.get("port") not in ports:
                    self.say(file, one, f"no pod of these labels has a port {endpoint.get('port')}")
                reference = at(endpoint, "authorization", "credentials")
                if reference:
                    self.refers(file, one, "Secret", reference["name"], reference["key"])

    def others(self):
        services = {one["metadata"]["name"]: one for _, one in self.of("Service")}
        for file, one in self.of("Ingress"):
            backends = [path["backend"] for rule in one["spec"].get("rules", []) for path in rule["http"]["paths"]]
            backends += [one["spec"]["defaultBackend"]] if "defaultBackend" in one["spec"] else []
            for backend in backends:
                # Before networking/v1: serviceName, servicePort.
                name = at(backend, "service", "name", default=backend.get("serviceName"))
                if name not in services:
                    self.say(file, one, f"leads to Service {name}, which is not there")
                    continue
                port = at(backend, "service", "port", default={})
                port = port.get("name", port.get("number", backend.get("servicePort")))
                have = {value for entry in services[name]["spec"]["ports"] for value in (entry.get("name"), entry["port"])}
                if port not in have:
                    self.say(file, one, f"Service {name} has no port {port}")
        for file, one in self.of("RoleBinding", "ClusterRoleBinding"):
            self.refers(file, one, one["roleRef"]["kind"], one["roleRef"]["name"])
            for subject in one["subjects"]:
                if subject["kind"] == "ServiceAccount":
                    self.refers(file, one, "ServiceAccount", subject["name"])
        for file, one in self.of("StatefulSet"):
            if one["spec"]["serviceName"] not in services:
                self.say(file, one, f"its Service {one['spec']['serviceName']} is not there")
        for file, one in self.of("Secret"):
            self.say(file, one, "a secret in a file")


def kubernetes(folder, notes):
    manifests = Manifests(folder, notes)
    for check in (manifests.metadata, manifests.workloads, manifests.services, manifests.scalers, manifests.monitors,
                  manifests.others):
        check()
    return manifests.found


def compose(folder, notes):
    found = []
    text = documents(folder / "compose.yaml")[0]
    services = text.get("services", {})
    published = {}

    def made(source):
        path = source[2:] if source.startswith("./") else source
        return (folder / path).exists() or path in notes or pathlib.PurePath(path).name in notes

    for name, service in services.items():
        others = service.get("depends_on", [])
        for other in others:
            if other not in services:
                found.append(f"{name} depends on {other}, which is not there")
            elif isinstance(others, dict) and others[other].get("condition") == "service_healthy" \
                    and "healthcheck" not in services[other]:
                found.append(f"{name} waits for {other} to be healthy, which nobody asks it")
        for volume in service.get("volumes", []):
            source = volume.get("source", "") if isinstance(volume, dict) else volume.split(":")[0]
            if source.startswith((".", "/")):
                if not made(source):
                    found.append(f"{name} mounts {source}, which is neither made nor noted")
            elif source and source not in text.get("volumes", {}):
                found.append(f"{name} mounts the volume {source}, which is not declared")
        for kind in ("configs", "secrets", "networks"):
            for used in service.get(kind, []):
                used = used["source"] if isinstance(used, dict) else used
                if used not in text.get(kind, {}) and (kind, used) != ("networks", "default"):
                    found.append(f"{name} uses {used}, which {kind} has not")
        for port in service.get("ports", []):
            host = port.get("published") if isinstance(port, dict) else str(port).rpartition(":")[0]
            if host and str(host) in published:
                found.append(f"{name} and {published[str(host)]} both publish {host}")
            if host:
                published[str(host)] = name
    for kind in ("configs", "secrets"):
        for name, one in text.get(kind, {}).items():
            if "file" in one and not made(one["file"]):
                found.append(f"{kind} {name}: {one['file']} is neither made nor noted")
    return [f"compose.yaml: {what}" for what in found]


def expanded(text):
    """As Kubernetes and Compose read a value of theirs: a doubled dollar is one."""
    return text.replace("$$", "$")


def data(folder, expected):
    """Variables and commands reach the containers as EXPECTED (JSON: tier, env and command) has them."""
    found = []
    read = {}
    for path in sorted((folder / "kubernetes").glob("*.yaml")):
        for one in documents(path):
            if one["kind"] == "Deployment":
                for container in one["spec"]["template"]["spec"]["containers"]:
                    env = {each["name"]: expanded(each.get("value", "")) for each in container.get("env", [])}
                    command = container.get("command", []) + container.get("args", [])
                    read["kubernetes", one["metadata"]["name"]] = env, [expanded(word) for word in command]
    for name, service in documents(folder / "compose.yaml")[0]["services"].items():
        env = service.get("environment", {})
        env = env if isinstance(env, dict) else dict(each.split("=", 1) for each in env)
        words = service.get("entrypoint", []) + service.get("command", [])
        read["compose", name] = {key: expanded(str(value)) for key, value in env.items()}, [expanded(word) for word in words]
    for target in ("kubernetes", "compose"):
        for tier, wanted in json.loads(expected).items():
            env, command = read.get((target, tier), ({}, []))
            for name, value in wanted.get("env", {}).items():
                if env.get(name) != value:
                    found.append(f"{target}: {tier}: {name} is {env.get(name)!r}, not {value!r}")
            if command and command != wanted["command"]:
                found.append(f"{target}: {tier}: command is {command!r}, not {wanted['command']!r}")
    return found


def main():
    check = {"kubernetes": kubernetes, "compose": compose, "data": data}[sys.argv[1]]
    found = check(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]).read_text())
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
