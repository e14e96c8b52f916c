#include "spec/overlay.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <ostream>
#include <string>
#include <vector>

#include "spec/testing/random_stack.h"
#include "spec/write.h"
#include "spec/yaml.h"

namespace plimsoll::spec {
namespace {

/// Without differences of style: what a tree says.
std::string normal(std::string_view text) {
  const Parsed<Node> parsed = parse_yaml(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.value ? text_of(*parsed.value) : "";
}

struct Row {
  const char* name;
  const char* full;
  const char* partial;
  const char* want;
  const char* rendered = "";
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class OverlayRow : public ::testing::TestWithParam<Row> {};

TEST_P(OverlayRow, SaysWhatDiffers) {
  const Row& row = GetParam();
  const Overlay beyond = overlay(row.full, row.partial);
  EXPECT_EQ(beyond.words, row.want);
  EXPECT_EQ(beyond.rendered, row.rendered);
  const Result<LaidOver> laid = lay_over(row.partial, beyond);
  ASSERT_TRUE(laid.has_value());
  EXPECT_EQ(normal(laid->text), normal(row.full));
  EXPECT_EQ(laid->left.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OverlayRow,
    ::testing::Values(
        Row{"Same", "a: {b: 1}", "a: {b: 1}", ""},                                       //
        Row{"Changed", "a: 3..20\nb: 1", "a: 3..30\nb: 1", "a: 3..20\n", "a: 3..30\n"},  //
        Row{"New", "a: 1\nb: {c: 500m}", "a: 1", "b:\n  c: 500m\n"},                     //
        Row{"Gone", "a: 1", "a: 1\nb: {c: 2}", "b: null\n", "b:\n  c: 2\n"},             //
        Row{"GoneWithin", "a: {}", "a: {b: 1}", "a:\n  b: null\n", "a:\n  b: 1\n"},      //
        Row{"EmptyMap", "a: 1\nb: {}", "a: 1", "b: {}\n"},                               //
        Row{"ListsWhole", "a: [1, 2]", "a: [1]", "a: [1, 2]\n", "a: [1]\n"},             //
        Row{"OtherKind", "a: {b: 1}", "a: [1]", "a:\n  b: 1\n", "a: [1]\n"},
        Row{"TextsStayTexts", "a: \"null\"\nb: \"3\"", "a: x", "a: \"null\"\nb: \"3\"\n", "a: x\n"},
        Row{"OrderOfMaps", "t: {b: {k: 1}, a: {k: 2}}", "t: {a: {k: 2}, b: {k: 1}}", "t:\n  b: {}\n  a: {}\n",
            "t:\n  b: {}\n  a: {}\n"},
        Row{"NewBeforeOld", "t: {b: {k: 1}, a: {k: 2}}", "t: {a: {k: 2}}", "t:\n  b: {k: 1}\n  a: {}\n", "t:\n  a: {}\n"},
        Row{"OrderOfWork", "work: {b: 1, a: 2}", "work: {a: 2, b: 1}", "work:\n  b: 1\n  a: 2\n", "work:\n  b: 1\n  a: 2\n"},
        Row{"ComponentsAreNamed", "tiers: {a: {k: 1}}\ncaches: {c: {k: 2}}\nx: 1", "tiers: {a: {k: 1}}\ncaches: {c: {k: 1}}",
            "caches:\n  c: {k: 2}\nx: 1\n", "caches:\n  c: {k: 1}\ntiers:\n  a: {}\n"}),
    [](const ::testing::TestParamInfo<Row>& row) { return row.param.name; });

/// What a spec said, what its files said then and what they say now.
struct Edited {
  const char* name;
  const char* full;
  const char* then;
  const char* now;
  const char* want;
  std::vector<std::string> left;  // "path: files/word", "path gone"
};
void PrintTo(const Edited& row, std::ostream* out) { *out << row.name; }

std::vector<std::string> texts_of(const std::vector<Left>& left) {
  std::vector<std::string> out;
  for (const Left& one : left) out.push_back(one.path + (one.is_gone ? " gone" : ": " + one.files + "/" + one.word));
  return out;
}

class LayOverEdited : public ::testing::TestWithParam<Edited> {};

TEST_P(LayOverEdited, WhatTheFilesSayNowStands) {
  const Edited& row = GetParam();
  const Overlay beyond = overlay(row.full, row.then);
  const Result<LaidOver> laid = lay_over(row.now, beyond);
  ASSERT_TRUE(laid.has_value());
  EXPECT_EQ(normal(laid->text), normal(row.want)) << beyond.words << "---\n" << beyond.rendered;
  EXPECT_EQ(texts_of(laid->left), row.left);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LayOverEdited,
    ::testing::Values(
        Edited{"NoWordOnIt",
               "tiers: {api: {kind: service, replicas: 3..20}}",
               "tiers: {api: {replicas: 3..20}}",
               "tiers: {api: {replicas: 3..30}, other: {replicas: 1}}",
               "tiers: {api: {replicas: 3..30, kind: service}, other: {replicas: 1}}",
               {}},
        Edited{"WordReplacedAValue", "a: {b: 1, c: 2}", "a: {b: 5}", "a: {b: 6}", "a: {b: 6, c: 2}", {"a.b: 6/1"}},
        Edited{"WordTookAValueAway", "a: {c: 2}", "a: {b: 5}", "a: {b: 6}", "a: {c: 2, b: 6}", {"a.b: 6/"}},
        Edited{"ValueDeleted", "a: {b: 1, c: 2}", "a: {b: 5}", "a: {}", "a: {c: 2}", {"a.b: /1"}},
        Edited{"ValueAdded", "a: {b: 1}", "a: {}", "a: {b: 2}", "a: {b: 2}", {"a.b: 2/1"}},
        Edited{"SaysTheSpecsWordNow", "a: {b: 1}", "a: {b: 5}", "a: {b: 1}", "a: {b: 1}", {}},
        Edited{"List", "a: [1, 2]\nb: 1", "a: [1]", "a: [1, 3]", "a: [1, 3]\nb: 1", {"a: [1, 3]/[1, 2]"}},
        Edited{"ComponentDeleted",
               "name: x\ncaches: {a: {used_for: [cache]}, b: {used_for: [queue]}}",
               "caches: {a: {maxmemory: 1Gi}, b: {maxmemory: 2Gi}}",
               "caches: {a: {maxmemory: 1Gi}}",
               "name: x\ncaches: {a: {used_for: [cache]}}",
               {"caches.b gone"}},
        Edited{"LastOfASection", "name: x\ncaches: {a: {k: 1, l: 2}}", "caches: {a: {k: 1}}", "", "name: x", {"caches.a gone"}},
        Edited{"NoWordWasOnIt",
               "tiers: {a: {k: 1}, b: {k: 1}}\nlast: 1",
               "tiers: {a: {k: 1}, b: {k: 1}}",
               "tiers: {a: {k: 1}}",
               "tiers: {a: {k: 1}}\nlast: 1",
               {"tiers.b gone"}},
        Edited{"Renamed",
               "tiers: {a: {k: 1, l: 2}}",
               "tiers: {a: {k: 1}}",
               "tiers: {c: {k: 1}}",
               "tiers: {c: {k: 1}}",
               {"tiers.a gone"}},
        Edited{"UseDeleted",
               "tiers: {a: {uses: {m: {reads: 5}}}}",
               "tiers: {a: {uses: {m: {connections: 1}}}}",
               "tiers: {a: {}}",
               "tiers: {a: {}}",
               {"tiers.a.uses.m gone"}},
        Edited{"SectionWithoutAName", "a: {b: {c: 1, d: 2}}", "a: {b: {c: 1}}", "a: {}", "a: {b: {d: 2}}", {}},
        Edited{"OrderOfWhatIsLeft",
               "tiers: {b: {k: 1}, a: {k: 1}}",
               "tiers: {a: {k: 1}, b: {k: 1}}",
               "tiers: {a: {k: 1}}",
               "tiers: {a: {k: 1}}",
               {"tiers.b gone"}}),
    [](const ::testing::TestParamInfo<Edited>& row) { return row.param.name; });

TEST(TakeOut, TheWordOrThoseOfItsComponent) {
  const auto without = [](const char* path) {
    Overlay words{"a: 1\ntiers: {api: {uses: {m: {reads: 5}}, table: [1]}, worker: {k: 1}}", ""};
    return take_out(words, path) ? normal(words.words) : "nothing";
  };
  EXPECT_EQ(without("tiers.api.uses.m.reads"), normal("a: 1\ntiers: {api: {uses: {m: {}}, table: [1]}, worker: {k: 1}}"));
  EXPECT_EQ(without("tiers.api.table[0].replicas.x"), normal("a: 1\ntiers: {api: {uses: {m: {reads: 5}}}, worker: {k: 1}}"));
  EXPECT_EQ(without("tiers.api.kind"), normal("a: 1\ntiers: {worker: {k: 1}}"));
  EXPECT_EQ(without("tiers.other.kind"), "nothing");
  EXPECT_EQ(without(""), "nothing");
}

TEST(Knows, OfComponentsWithAndWithoutWords) {
  const Overlay beyond = overlay("tiers: {a: {k: 1}, b: {k: 1}, c: {k: 1}}", "tiers: {a: {k: 2}, b: {k: 1}}");
  for (const char* path : {"tiers.a.k", "tiers.b", "tiers.c.k", "objectives", ""}) EXPECT_TRUE(knows(beyond, path)) << path;
  EXPECT_FALSE(knows(beyond, "tiers.d.capacity"));
}

TEST(OverlayOrder, WithinASectionMeansNothing) { EXPECT_EQ(overlay("a: 1\nb: 2\nc: [1]", "c: [1]\nb: 2\na: 1").words, ""); }

TEST(LayOver, ANullTakesAwayOnlyWhatIsThere) {
  EXPECT_EQ(lay_over("a: 1", {"b: {c: null}\nd: null", "b: {c: 1}"})->text, "a: 1\n");
}

TEST(LayOver, RefusesWhatIsNoMap) {
  EXPECT_FALSE(lay_over("a: 1", {"- a", ""}).has_value());
  EXPECT_FALSE(lay_over("a: 1", {"a: {", ""}).has_value());
  EXPECT_FALSE(lay_over("just text", {"a: 1", ""}).has_value());
  EXPECT_FALSE(lay_over("a: 1", {"b: 1", "- a"}).has_value());
  EXPECT_EQ(lay_over("a: 1", {})->text, "a: 1\n");
  EXPECT_NE(lay_over("a: 1", {"a: 1\na: 2", ""}).error().message.find("line 2"), std::string::npos);
}

TEST(LayOver, MakesAnyStackOfAnyOther) {
  EXPECT_TRUE(rc::check([] {
    const std::string full = write(testing::RandomStack(*rc::gen::arbitrary<std::uint64_t>()).make(), {});
    const std::string partial = write(testing::RandomStack(*rc::gen::arbitrary<std::uint64_t>()).make(), {});
    const Overlay beyond = overlay(full, partial);
    const Result<LaidOver> again = lay_over(partial, beyond);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->left.empty());
    const Parsed<Stack> read = parse(again->text, keep_references());
    if (!read.ok()) RC_FAIL(again->text);
    if (write(*read.value, {}) != full) RC_LOG() << beyond.words;
    RC_ASSERT(write(*read.value, {}) == full);
    RC_ASSERT(overlay(full, again->text).words.empty());
  }));
}

/// One edit somewhere in a tree: a value changed or deleted, or all that a key holds.
struct Edit {
  std::vector<std::string> path;
  bool deletes = false;

  void carry_out(Node& root) {
    Node* map = &root;
    for (;;) {
      const int at = *rc::gen::inRange(0, static_cast<int>(map->entries.size()));
      Node::Entry& entry = map->entries[static_cast<std::size_t>(at)];
      path.push_back(entry.key);
      if (entry.value.kind == Node::Kind::map && !entry.value.entries.empty() && *rc::gen::inRange(0, 6) > 0) {
        map = &entry.value;
        continue;
      }
      deletes = entry.value.kind == Node::Kind::map || *rc::gen::arbitrary<bool>();
      if (deletes) {
        map->entries.erase(map->entries.begin() + at);
      } else {
        entry.value = Node();
        entry.value.text = "edited";
      }
      return;
    }
  }
};

const Node* node_at(const Node& root, const std::vector<std::string>& path) {
  const Node* node = &root;
  for (const std::string& key : path) {
    const Node::Entry* entry = node->kind == Node::Kind::map ? node->find(key) : nullptr;
    if (!entry) return nullptr;
    node = &entry->value;
  }
  return node;
}

std::string alone(const Node::Entry& entry) {
  Node map;
  map.kind = Node::Kind::map;
  map.entries.push_back(entry);
  return text_of(map);
}

// Whatever is edited, the edit is in the result, and outside of its section the spec is what it was.
TEST(LayOver, KeepsAnyEdit) {
  EXPECT_TRUE(rc::check([] {
    const std::string full = write(testing::RandomStack(*rc::gen::arbitrary<std::uint64_t>()).make(), {});
    const std::string partial = write(testing::RandomStack(*rc::gen::arbitrary<std::uint64_t>()).make(), {});
    Node edited = *parse_yaml(partial).value;
    Edit edit;
    edit.carry_out(edited);
    const Result<LaidOver> laid = lay_over(text_of(edited), overlay(full, partial));
    RC_ASSERT(laid.has_value());
    const Node made = *parse_yaml(laid->text).value, whole = *parse_yaml(full).value;
    const Node* there = node_at(made, edit.path);
    RC_LOG() << ::testing::PrintToString(edit.path);
    if (!edit.deletes) {
      RC_ASSERT(there != nullptr);
      RC_ASSERT(there->text == "edited");
    } else if (node_at(*parse_yaml(partial).value, edit.path)->kind != Node::Kind::map) {
      RC_ASSERT(there == nullptr);
    }
    for (const Node::Entry& entry : whole.entries) {
      if (entry.key == edit.path.front()) continue;
      RC_ASSERT(made.find(entry.key) != nullptr);
      RC_ASSERT(overlay(alone(entry), alone(*made.find(entry.key))).words == "");
    }
  }));
}

}  // namespace
}  // namespace plimsoll::spec
