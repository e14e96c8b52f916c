#!/usr/bin/env bash
# build.sh [DIR]: a real kube-apiserver, kube-controller-manager and kubectl from Debian's source package of Kubernetes, into DIR/bin.
# DIR defaults to PLIMSOLL_KUBE or ~/.cache/plimsoll/kube: built once, cached. Four to eight minutes on two cores, 2 GB of disk while
# it builds, 250 MB after; a second call returns at once. Needs golang-1.19-go and dpkg-dev (packages.txt); no root.
set -euo pipefail

work=${1:-${PLIMSOLL_KUBE:-${HOME:-}/.cache/plimsoll/kube}}
mkdir -p "$work" 2>/dev/null && [ -w "$work" ] || {
  echo "kube: can't write to $work: name a folder that can be written in PLIMSOLL_KUBE" >&2
  exit 1
}
work=$(realpath "$work")
recipe=$(sha256sum "$0" | cut -c1-16)  # another recipe builds anew
exec 9>"$work/lock"
flock 9  # two callers: the second waits for the first
[ "$(cat "$work/bin/.recipe" 2>/dev/null)" != "$recipe" ] || exit 0

begin=$SECONDS
for program in /usr/lib/go-1.19/bin/go dpkg-source; do
  command -v $program >/dev/null || { echo "kube: no $program here: make deps installs golang-1.19-go and dpkg-dev" >&2; exit 1; }
done
step() { echo "kube: $1 ($((SECONDS - begin)) s)"; }
build=$work/build
# Go's module and build caches are written read-only.
clean() { [ ! -e "$build" ] || { chmod -R u+w "$build"; rm -rf "$build"; }; }
clean
trap clean EXIT
mkdir -p "$build"/{lists/partial,cache/archives/partial,home,bin,gopath/src/k8s.io}
cd "$build"

# A private source list: the machine's own may have no deb-src lines, and is left alone.
sources=/etc/apt/sources.list.d/debian.sources
mirror=$(awk '/^URIs:/ {print $2; exit}' $sources 2>/dev/null || true)
[ -n "$mirror" ] || mirror=$(awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) {print $i; exit}}' /etc/apt/sources.list 2>/dev/null || true)
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} bookworm main" >src.list
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} bookworm main" >>src.list
own=(-o "Dir::Etc::sourcelist=$build/src.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$build/lists" -o "Dir::Cache=$build/cache")
[ "$(id -u)" != 0 ] || own+=(-o APT::Sandbox::User=root)
apt-get -qq "${own[@]}" update
apt-get -qq "${own[@]}" source --download-only kubernetes
apt-get -qq "${own[@]}" download golang-github-modern-go-reflect2-dev
dpkg-source --no-check -x kubernetes_*.dsc src >/dev/null
step "source unpacked"

# The vendored reflect2 panics on maps under Go >= 1.18 (POST of nodes, pods/binding); Debian's own is newer.
dpkg-deb -x golang-github-modern-go-reflect2-dev_*.deb reflect2
rm -rf src/vendor/github.com/modern-go/reflect2
cp -r reflect2/usr/share/gocode/src/github.com/modern-go/reflect2 src/vendor/github.com/modern-go/
sed -i 's/v0\.0\.0-master+[0-9a-f]*/v1.20.2/' src/staging/src/k8s.io/{component-base/version,client-go/pkg/version}/base.go

export PATH=/usr/lib/go-1.19/bin:$PATH HOME=$build/home GOPATH=$build/gopath GOCACHE=$build/gocache
export GO111MODULE=off GOFLAGS= CGO_ENABLED=0
ln -sfn "$build/src" "$GOPATH/src/k8s.io/kubernetes"
cd "$GOPATH/src/k8s.io/kubernetes"

# The one generated file that the package leaves out.
vendor=k8s.io/kubernetes/vendor
go build -o "$build/bin/openapi-gen" $vendor/k8s.io/kube-openapi/cmd/openapi-gen
packages=$(grep -rl --include='*.go' '^// +k8s:openapi-gen=true' pkg vendor/k8s.io/ staging/src/k8s.io | xargs -n1 dirname |
  sed -e "s#^staging/src/#$vendor/#; s#^vendor/#$vendor/#; s#^pkg/#k8s.io/kubernetes/pkg/#" | sort -u |
  grep -vE '_examples|sample-apiserver|testdata' | paste -sd,)
"$build/bin/openapi-gen" --v 0 --logtostderr -h hack/boilerplate/boilerplate.generatego.txt --output-base "$GOPATH/src" -i "$packages" \
  -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi -r "$build/violations.txt"
step "openapi generated"

mkdir -p "$work/bin"
rm -f "$work/bin/.recipe"
# kubectl too: the client packages of Debian and of others can't be installed beside each other.
go build -ldflags '-s -w' -o "$work/bin/" k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kubectl}
echo "$recipe" >"$work/bin/.recipe"
step "built"
