#pragma once
// scalingModifiers.formula: arithmetic over named triggers, compiled once, then evaluated without allocation.
//
//   numbers, names, nil    + - * / %  unary -  ( )    < <= > >= == !=    && || ! (and or not)    c ? a : b    a ?? b
//   min max sum avg|mean of arguments or of one [list]       abs ceil floor round sqrt int float
//   count([a, b, c], {# > 1}) how many of the list the predicate holds for; count([a > 1, b > 2]) how many are true
//
// As in expr-lang: ?? binds tightest of all, then unary -, * / %, + -, !, comparisons, &&, ||, ?: loosest. % takes fractions too.
// Numbers and truth values don't mix, and the whole must be a number. && || ?: and ?? evaluate only what they need.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/diagnostic.h"

namespace plimsoll::keda {

inline constexpr std::size_t most_operations = 64;
inline constexpr std::size_t most_operands = 32;      // on the stack at once
inline constexpr std::size_t longest_formula = 4096;  // characters

/// A compiled formula: a plain value, made by compile() only.
struct Program {
  enum class Code : std::uint8_t {
    constant,
    variable,
    nil,
    add,
    subtract,
    multiply,
    divide,
    remainder,
    negate,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    logical_not,
    minimum,
    maximum,
    sum,
    average,
    absolute,
    ceiling,
    floor,
    round,
    square_root,
    truncate,
    jump,
    jump_if_false,
    jump_if_false_else_pop,
    jump_if_true_else_pop,
    jump_if_value_else_pop,
  };
  struct Operation {
    double number = 0;          // constant
    std::uint16_t operand = 0;  // variable: index; jumps: target, always ahead; minimum .. average: arguments
    Code code = Code::nil;
  };
  std::array<Operation, most_operations> operations{};
  std::uint16_t size = 0;
  std::uint16_t variables = 0;  // values that evaluate() must be given
};

struct Outcome {
  enum class Kind : std::uint8_t {
    number,
    nil,           // the formula's own answer is nil: every alternative of a ?? b failed
    missing,       // nil was used where a number is needed; `variable` is the trigger, or no_variable for a written nil
    not_a_number,  // division by zero, root of a negative number, beyond double: never a NaN or infinity
  };
  static constexpr std::uint16_t no_variable = 0xffff;
  Kind kind = Kind::nil;
  double number = 0;
  std::uint16_t variable = no_variable;
};

/// @param names  of the triggers, in the order in which evaluate() gets their values
/// Diagnostics have line 1 and the column in `text`, what was expected, and for an unknown name the nearest known one.
Parsed<Program> compile(std::string_view text, std::span<const std::string_view> names);

/// Total: any program of compile() with any values. Absent values are nil, and so are NaN and infinite ones.
/// @param values  exactly Program::variables of them (asserted)
Outcome evaluate(const Program&, std::span<const std::optional<double>> values);

}  // namespace plimsoll::keda
