#pragma once
// The functions behind targets(), each in its own file. Contract: render.h.

#include "render/render.h"

namespace plimsoll::render {

Rendered kubernetes(const Stack&, const Options&);    // kubernetes.cc
Rendered helm(const Stack&, const Options&);          // helm.cc
Rendered compose(const Stack&, const Options&);       // compose.cc
Rendered nginx(const Stack&, const Options&);         // nginx.cc
Rendered haproxy(const Stack&, const Options&);       // haproxy_target.cc
Rendered traefik(const Stack&, const Options&);       // traefik.cc
Rendered pgbouncer(const Stack&, const Options&);     // pgbouncer_target.cc
Rendered postgresql(const Stack&, const Options&);    // postgresql_target.cc
Rendered redis(const Stack&, const Options&);         // redis_target.cc
Rendered qdrant(const Stack&, const Options&);        // qdrant.cc
Rendered prometheus(const Stack&, const Options&);    // prometheus.cc
Rendered alertmanager(const Stack&, const Options&);  // alertmanager.cc
Rendered grafana(const Stack&, const Options&);       // grafana.cc
Rendered cloud(const Stack&, const Options&);         // cloud.cc

}  // namespace plimsoll::render
