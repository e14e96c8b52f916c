#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/suggest.h"
#include "decide/keda/formula.h"
#include "decide/keda/formula_tokens.h"

namespace plimsoll::keda {
namespace {

using Code = Program::Code;

enum class Type : std::uint8_t { number, truth, nil };

struct Function {
  std::string_view name;
  Code code;
  bool many;  // of arguments or one list; otherwise of one argument
};
constexpr std::array<Function, 13> functions{{{"min", Code::minimum, true},
                                              {"max", Code::maximum, true},
                                              {"sum", Code::sum, true},
                                              {"avg", Code::average, true},
                                              {"mean", Code::average, true},
                                              {"abs", Code::absolute, false},
                                              {"ceil", Code::ceiling, false},
                                              {"floor", Code::floor, false},
                                              {"round", Code::round, false},
                                              {"sqrt", Code::square_root, false},
                                              {"int", Code::truncate, false},
                                              {"float", Code::constant, false},    // no operation
                                              {"count", Code::constant, false}}};  // read by count()

struct Binary {
  std::string_view symbol, word;
  int binding;  // higher binds tighter
  Code code;
};
constexpr std::array<Binary, 14> binaries{{{"||", "or", 10, Code::jump_if_true_else_pop},
                                           {"&&", "and", 15, Code::jump_if_false_else_pop},
                                           {"==", "", 20, Code::equal},
                                           {"!=", "", 20, Code::not_equal},
                                           {"<", "", 20, Code::less},
                                           {"<=", "", 20, Code::less_equal},
                                           {">", "", 20, Code::greater},
                                           {">=", "", 20, Code::greater_equal},
                                           {"+", "", 30, Code::add},
                                           {"-", "", 30, Code::subtract},
                                           {"*", "", 60, Code::multiply},
                                           {"/", "", 60, Code::divide},
                                           {"%", "", 60, Code::remainder},
                                           {"??", "", 500, Code::jump_if_value_else_pop}}};
constexpr int binding_of_not = 50;
constexpr int binding_of_minus = 90;
constexpr int deepest = 64;  // parentheses and the like within one another

/// Reads the expression by precedence and writes its operations as it goes. After the first fault it only unwinds.
class Compiler {
 public:
  Compiler(std::string_view text, std::span<const std::string_view> names) : names_(names), tokens_(tokenize(text)) {
    program_.variables = static_cast<std::uint16_t>(names.size());
  }

  Parsed<Program> compile() {
    const Token& first = token();
    const Type type = ternary();
    if (!failed() && token().kind != Token::Kind::end) unexpected("an operator or the end");
    if (type != Type::number) fault(first, "the formula gives no number", "a number, such as queue_a + 2 * queue_b");
    if (failed()) return {std::nullopt, std::move(diagnostics_)};
    return {program_, {}};
  }

 private:
  /// The element that '#' stands for while a predicate of count() is read, once for each.
  struct Element {
    std::size_t token;
    const Element* outer;
  };

  // ---- faults

  [[nodiscard]] bool failed() const { return !diagnostics_.empty(); }
  void fault(const Token& at, std::string message, std::string expected = {}, std::string_view nearest_name = {}) {
    if (failed()) return;
    const int length = std::max(1, static_cast<int>(at.text.size()));
    diagnostics_.push_back(
        {Severity::error, {1, at.column, length}, "", std::move(message), std::move(expected), std::string(nearest_name)});
  }
  void unexpected(std::string expected) {
    const Token& at = token();
    if (at.kind == Token::Kind::end) return fault(at, "the formula ends too early", std::move(expected));
    fault(at, fmt::format("unexpected '{}'", at.text), std::move(expected));
  }
  void want(Type type, Type wanted, const Token& at) {
    if (type == wanted) return;
    if (type == Type::nil) return fault(at, "nil is no value to calculate with", "a number; or a ?? b, a == nil");
    fault(at, wanted == Type::number ? "a truth value where a number is needed" : "a number where a truth value is needed",
          wanted == Type::number ? "a number" : "a comparison such as queue > 10");
  }

  // ---- tokens

  [[nodiscard]] const Token& token() const { return tokens_[at_]; }
  [[nodiscard]] bool sees(std::string_view symbol) const { return token().kind == Token::Kind::symbol && token().text == symbol; }
  void advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool take(std::string_view symbol) {
    if (failed() || !sees(symbol)) return false;
    advance();
    return true;
  }
  void expect(std::string_view symbol) {
    if (!take(symbol)) unexpected(fmt::format("'{}'", symbol));
  }

  // ---- operations

  /// @param moves  what it does to the height of the stack
  std::size_t emit(Code code, int moves, std::size_t operand = 0, double number = 0) {
    depth_ += moves;
    if (program_.size == most_operations) {
      fault(token(), fmt::format("the formula needs more than {} operations", most_operations), "a shorter one");
    } else if (depth_ > static_cast<int>(most_operands)) {
      fault(token(), fmt::format("the formula needs more than {} values at once", most_operands), "a shorter one");
    }
    if (failed()) return 0;
    program_.operations[program_.size] = {number, static_cast<std::uint16_t>(operand), code};
    return program_.size++;
  }
  /// The jump at `from` leads to the next operation.
  void land(std::size_t from) {
    if (!failed()) program_.operations[from].operand = program_.size;
  }

  // ---- the expression

  Type ternary() {
    const Token& condition = token();
    const Type type = expression(0);
    if (!take("?")) return type;
    want(type, Type::truth, condition);
    const std::size_t to_else = emit(Code::jump_if_false, -1);
    const Type then = nested([&] { return ternary(); });
    expect(":");
    const std::size_t to_end = emit(Code::jump, -1);  // the other branch leaves the value
    land(to_else);
    const Token& other = token();
    const Type otherwise = nested([&] { return ternary(); });
    land(to_end);
    if (then == Type::truth || otherwise == Type::truth) want(otherwise, then == Type::truth ? Type::truth : Type::number, other);
    if (then == Type::nil && otherwise == Type::nil) return Type::nil;
    return then == Type::truth ? Type::truth : Type::number;
  }

  template <class Read>
  Type nested(Read read) {
    if (++nesting_ > deepest) fault(token(), fmt::format("more than {} levels", deepest), "a flatter formula");
    const Type type = failed() ? Type::number : read();
    --nesting_;
    return type;
  }

  [[nodiscard]] const Binary* binary_here() const {
    for (const Binary& b : binaries)
      if (sees(b.symbol) || (token().kind == Token::Kind::name && !b.word.empty() && token().text == b.word)) return &b;
    return nullptr;
  }

  Type expression(int least_binding) {
    const Token* left_token = &token();
    Type left = unary();
    for (;;) {
      const Binary* b = failed() ? nullptr : binary_here();
      if (!b || b->binding < least_binding) return left;
      advance();
      left = rest_of(*b, left, *left_token);
    }
  }

  Type rest_of(const Binary& b, Type left, const Token& left_token) {
    const bool lazy = b.code >= Code::jump;
    const std::size_t jump = lazy ? emit(b.code, -1) : 0;
    const Token& right_token = token();
    const Type right = nested([&] { return expression(b.binding + 1); });
    if (lazy) land(jump);
    if (b.code == Code::jump_if_value_else_pop) {
      if (left == Type::truth) want(left, Type::number, left_token);
      if (right == Type::truth) want(right, Type::number, right_token);
      return right == Type::nil ? left : Type::number;
    }
    if (lazy) {
      want(left, Type::truth, left_token);
      want(right, Type::truth, right_token);
      return Type::truth;
    }
    emit(b.code, -1);
    const bool equality = b.code == Code::equal || b.code == Code::not_equal;
    if (equality && left != Type::truth && right != Type::truth) return Type::truth;
    want(left, Type::number, left_token);
    want(right, Type::number, right_token);
    return b.binding == 20 ? Type::truth : Type::number;
  }

  Type unary() {
    const Token& sign = token();
    const bool minus = take("-");
    if (minus || take("+")) {
      const Token& operand = token();
      want(nested([&] { return expression(binding_of_minus); }), Type::number, operand);
      if (minus) emit(Code::negate, 0);
      return Type::number;
    }
    const bool word = !failed() && sign.kind == Token::Kind::name && sign.text == "not";
    if (word) advance();
    if (word || take("!")) {
      const Token& operand = token();
      want(nested([&] { return expression(binding_of_not); }), Type::truth, operand);
      emit(Code::logical_not, 0);
      return Type::truth;
    }
    return primary();
  }

  Type primary() {
    const Token& here = token();
    switch (here.kind) {
      case Token::Kind::number:
        advance();
        emit(Code::constant, 1, 0, here.number);
        return Type::number;
      case Token::Kind::name:
        return name();
      case Token::Kind::element:
        return element();
      case Token::Kind::symbol:
        if (take("(")) {
          const Type type = nested([&] { return ternary(); });
          expect(")");
          return type;
        }
        break;
      case Token::Kind::unreadable:
        fault(here, fmt::format("'{}' can't be read", here.text), "a number, a trigger's name or an operator");
        return Type::number;
      case Token::Kind::end:
        break;
    }
    unexpected("a number, a trigger's name, a function or '('");
    return Type::number;
  }

  Type name() {
    const Token& word = token();
    const auto known = std::find(names_.begin(), names_.end(), word.text);
    advance();
    // A trigger may be called as a function is.
    if (sees("(")) return call(word);
    if (known != names_.end()) {
      emit(Code::variable, 1, static_cast<std::size_t>(known - names_.begin()));
      return Type::number;
    }
    if (word.text == "nil") {
      emit(Code::nil, 1);
      return Type::nil;
    }
    if (word.text == "true" || word.text == "false") {
      emit(Code::constant, 1, 0, word.text == "true" ? 1 : 0);
      return Type::truth;
    }
    std::string expected;
    for (const std::string_view n : names_) expected += (expected.empty() ? "one of " : ", ") + std::string(n);
    fault(word, fmt::format("unknown trigger '{}'", word.text), expected.empty() ? "a named trigger" : std::move(expected),
          nearest(word.text, names_));
    return Type::number;
  }

  // ---- functions

  Type call(const Token& word) {
    const auto function =
        std::find_if(functions.begin(), functions.end(), [&](const Function& f) { return f.name == word.text; });
    if (function == functions.end()) {
      std::vector<std::string_view> known;
      for (const Function& f : functions) known.push_back(f.name);
      fault(word, fmt::format("unknown function '{}'", word.text), fmt::format("one of {}", fmt::join(known, ", ")),
            nearest(word.text, known));
      return Type::number;
    }
    expect("(");
    if (word.text == "count") {
      count();
    } else if (function->many) {
      const bool list = take("[");
      const std::size_t arguments = values(Type::number);
      if (list) expect("]");
      emit(function->code, 1 - static_cast<int>(arguments), arguments);
    } else {
      const Token& argument = token();
      want(nested([&] { return ternary(); }), Type::number, argument);
      if (function->code != Code::constant) emit(function->code, 0);
    }
    expect(")");
    return Type::number;
  }

  /// One or more, separated by commas; how many.
  std::size_t values(Type type) {
    std::size_t count = 0;
    do {
      const Token& value = token();
      want(nested([&] { return ternary(); }), type, value);
      ++count;
    } while (take(","));
    return count;
  }

  /// count([a, b], {# > 1}): the predicate is written out once for each element, with the element in the place of '#'.
  void count() {
    expect("[");
    if (failed()) return;
    const std::size_t list = at_;
    const std::vector<std::size_t> elements = skip_elements();
    std::size_t counted = 0;
    if (take(",")) {
      const std::size_t predicate = at_;
      for (const std::size_t element : elements) {
        at_ = predicate;
        const Element bound{element, element_};
        element_ = &bound;
        const bool braces = take("{");
        const Token& condition = token();
        want(nested([&] { return ternary(); }), Type::truth, condition);
        if (braces) expect("}");
        element_ = bound.outer;
        if (failed()) return;
        ++counted;
      }
    } else {
      at_ = list;
      counted = values(Type::truth);
      expect("]");
    }
    emit(Code::sum, 1 - static_cast<int>(counted), counted);
  }

  /// Where each element of the list begins; goes behind its ']'.
  std::vector<std::size_t> skip_elements() {
    std::vector<std::size_t> elements{at_};
    int open = 0;
    for (; token().kind != Token::Kind::end && token().kind != Token::Kind::unreadable; advance()) {
      if (open == 0 && sees("]")) break;
      if (sees("(") || sees("[") || sees("{")) ++open;
      if (sees(")") || sees("]") || sees("}")) --open;
      if (open == 0 && sees(",")) elements.push_back(at_ + 1);
    }
    expect("]");
    return elements;
  }

  Type element() {
    const Token& here = token();
    if (!element_) {
      fault(here, "'#' outside a predicate", "count([a, b], {# > 1})");
      return Type::number;
    }
    const std::size_t behind = at_ + 1;
    const Element* const bound = element_;
    at_ = bound->token;
    element_ = bound->outer;
    const Type type = nested([&] { return ternary(); });
    if (!failed() && !sees(",") && !sees("]")) unexpected("',' or ']'");
    element_ = bound;
    at_ = behind;
    return type;
  }

  std::span<const std::string_view> names_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Program program_;
  int depth_ = 0;
  int nesting_ = 0;
  const Element* element_ = nullptr;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace

Parsed<Program> compile(std::string_view text, std::span<const std::string_view> names) {
  if (text.size() > longest_formula) {
    const std::string message = fmt::format("the formula has more than {} characters", longest_formula);
    return {std::nullopt, {{Severity::error, {1, static_cast<int>(longest_formula) + 1, 1}, "", message, "a shorter one", ""}}};
  }
  return Compiler(text, names).compile();
}

}  // namespace plimsoll::keda
