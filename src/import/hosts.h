#pragma once
// What a host's name, or a URL's scheme, says of what is there.

#include <string>
#include <string_view>

#include "import/variables.h"

namespace plimsoll::import {

/// This instance itself: what runs beside it in the pod.
/// A name of a host as one is compared: lower case, without a cluster's suffix: "Pg.db.svc.cluster.local." -> "pg.db".
std::string plain_host(std::string_view host);

bool is_here(std::string_view host);
/// Of a cloud's own stores, by the end of the name.
Meaning managed(std::string_view host);
bool is_redis(std::string_view scheme);
/// Schemes of stores that the model has no part of its own for.
bool is_other_store(std::string_view scheme);

}  // namespace plimsoll::import
