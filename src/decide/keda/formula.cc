#include "decide/keda/formula.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"

namespace plimsoll::keda {
namespace {

using Code = Program::Code;

/// A number (truth values are 0 and 1), or nil and whose.
struct Operand {
  double number = 0;
  bool nil = false;
  std::uint16_t variable = Outcome::no_variable;
};

double unary(Code code, double a) {
  switch (code) {
    case Code::negate:
      return -a;
    case Code::logical_not:
      return a == 0 ? 1 : 0;
    case Code::absolute:
      return std::fabs(a);
    case Code::ceiling:
      return std::ceil(a);
    case Code::floor:
      return std::floor(a);
    case Code::round:
      return std::round(a);
    case Code::square_root:
      return std::sqrt(a);
    default:
      PLIMSOLL_ASSERT(code == Code::truncate);
      return std::trunc(a);
  }
}

double binary(Code code, double a, double b) {
  switch (code) {
    case Code::add:
      return a + b;
    case Code::subtract:
      return a - b;
    case Code::multiply:
      return a * b;
    case Code::divide:
      return a / b;
    case Code::remainder:
      return std::fmod(a, b);
    case Code::less:
      return a < b ? 1 : 0;
    case Code::less_equal:
      return a <= b ? 1 : 0;
    case Code::greater:
      return a > b ? 1 : 0;
    default:
      PLIMSOLL_ASSERT(code == Code::greater_equal);
      return a >= b ? 1 : 0;
  }
}

double many(Code code, std::span<const Operand> values) {
  double result = values[0].number;
  for (const Operand& value : values.subspan(1)) {
    if (code == Code::minimum) result = std::min(result, value.number);
    if (code == Code::maximum) result = std::max(result, value.number);
    if (code == Code::sum || code == Code::average) result += value.number;
  }
  return code == Code::average ? result / static_cast<double>(values.size()) : result;
}

/// The stack, and the failure that ends the evaluation.
class Machine {
 public:
  explicit Machine(std::span<const std::optional<double>> values) : values_(values) {}

  Outcome run(const Program& program) {
    for (std::size_t at = 0; at < program.size; ++at) {
      const Program::Operation& op = program.operations[at];
      if (op.code >= Code::jump) {
        if (!jumps(op.code)) continue;
        at = op.operand - std::size_t{1};
      } else if (!step(op)) {
        return failure_;
      }
    }
    PLIMSOLL_ASSERT(size_ == 1);
    if (stack_[0].nil) return {Outcome::Kind::nil, 0, stack_[0].variable};
    return {Outcome::Kind::number, stack_[0].number, Outcome::no_variable};
  }

 private:
  void push(const Operand& value) {
    PLIMSOLL_ASSERT(size_ < stack_.size());
    stack_[size_++] = value;
  }

  bool jumps(Code code) {
    if (code == Code::jump) return true;
    const Operand& top = stack_[size_ - 1];
    bool keep = false;
    switch (code) {
      case Code::jump_if_false:
        --size_;
        return top.number == 0;
      case Code::jump_if_false_else_pop:
        keep = top.number == 0;
        break;
      case Code::jump_if_true_else_pop:
        keep = top.number != 0;
        break;
      default:
        PLIMSOLL_ASSERT(code == Code::jump_if_value_else_pop);
        keep = !top.nil;
    }
    if (!keep) --size_;
    return keep;
  }

  /// Takes `count` numbers off the stack and puts their result there; false if one is nil or the result is none.
  template <class Function>
  bool apply(std::size_t count, Function function) {
    PLIMSOLL_ASSERT(count >= 1 && size_ >= count);
    const std::span<const Operand> arguments(stack_.data() + (size_ - count), count);
    for (const Operand& argument : arguments) {
      if (!argument.nil) continue;
      failure_ = {Outcome::Kind::missing, 0, argument.variable};
      return false;
    }
    const double result = function(arguments);
    if (!std::isfinite(result)) {
      failure_ = {Outcome::Kind::not_a_number, 0, Outcome::no_variable};
      return false;
    }
    size_ -= count;
    push({result, false, Outcome::no_variable});
    return true;
  }

  bool step(const Program::Operation& op) {
    switch (op.code) {
      case Code::constant:
        push({op.number, false, Outcome::no_variable});
        return true;
      case Code::nil:
        push({0, true, Outcome::no_variable});
        return true;
      case Code::variable: {
        const std::optional<double>& value = values_[op.operand];
        const bool nil = !value || !std::isfinite(*value);
        push({nil ? 0 : *value, nil, op.operand});
        return true;
      }
      case Code::equal:
      case Code::not_equal: {  // of nil too
        const Operand b = stack_[--size_], a = stack_[--size_];
        const bool equal = a.nil == b.nil && (a.nil || a.number == b.number);
        push({equal == (op.code == Code::equal) ? 1.0 : 0.0, false, Outcome::no_variable});
        return true;
      }
      case Code::minimum:
      case Code::maximum:
      case Code::sum:
      case Code::average:
        return apply(op.operand, [&](std::span<const Operand> a) { return many(op.code, a); });
      case Code::add:
      case Code::subtract:
      case Code::multiply:
      case Code::divide:
      case Code::remainder:
      case Code::less:
      case Code::less_equal:
      case Code::greater:
      case Code::greater_equal:
        return apply(2, [&](std::span<const Operand> a) { return binary(op.code, a[0].number, a[1].number); });
      default:
        return apply(1, [&](std::span<const Operand> a) { return unary(op.code, a[0].number); });
    }
  }

  std::span<const std::optional<double>> values_;
  std::array<Operand, most_operands> stack_;
  std::size_t size_ = 0;
  Outcome failure_;
};

}  // namespace

Outcome evaluate(const Program& program, std::span<const std::optional<double>> values) {
  PLIMSOLL_ASSERT(values.size() == program.variables && program.size > 0);
  return Machine(values).run(program);
}

}  // namespace plimsoll::keda
