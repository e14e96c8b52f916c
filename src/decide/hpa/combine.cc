#include "decide/hpa/combine.h"

namespace plimsoll::hpa {

Combined Combiner::result(std::int32_t current) const {
  if (metrics_ == 0) return {};  // upstream goes on with -1, which no other proposal beats
  if (failed_ == metrics_ || (failed_ > 0 && replicas_ < current)) return {-1, -1, true, {Status::no, first_failure_}};
  return {replicas_, winner_, failed_ > 0, {Status::yes, Reason::valid_metric_found}};
}

}  // namespace plimsoll::hpa
