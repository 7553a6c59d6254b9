import Glibc
import RegistryCore
import RegistryFiles
import Testing

@Suite struct ConfigurationFileTests {
    static func refusal(_ text: String, gto: Bool = false) -> RegistryError? {
        do throws(RegistryError) {
            _ = gto ? try GTOConfiguration.parse(Array(text.utf8)) : try ConfigurationFile.parse(Array(text.utf8))
            return nil
        } catch { return error }
    }

    @Test func `reads every key`() throws {
        let text = """
            stages: [no, prod/eu]
            types: [model]
            annotations: meta/artifacts.yaml
            hooks:
              - name: deploy
                on: [assigned, unassigned]
                artifact: "nlp:*"
                stage: pro?
                run: [sh, -c, "echo hi"]
                timeout: 5m
                env: [SLACK_URL, _x]
              - {name: b, on: registered, run: notify.sh, timeout: 90}
            """
        let found = try ConfigurationFile.parse(Array(text.utf8))
        var deploy = HookRule(
            name: "deploy", events: [.assignment, .unassignment], action: .program(["sh", "-c", "echo hi"]))
        (deploy.artifact, deploy.stage) = (Glob("nlp:*"), Glob("pro?"))
        (deploy.timeLimit, deploy.environment) = (300, ["SLACK_URL", "_x"])
        var second = HookRule(name: "b", events: [.registration], action: .program(["./notify.sh"]))
        second.timeLimit = 90
        let expected = RegistryConfiguration(
            allowedStages: [try StageName("no"), try StageName("prod/eu")], allowedTypes: ["model"],
            hooks: [deploy, second], annotationsFile: "meta/artifacts.yaml", file: ".registry.yaml")
        #expect(found == expected)
        #expect(try ConfigurationFile.parse([]).allowedStages == nil)
        #expect(try ConfigurationFile.parse(Array("stages: []".utf8)).allowedStages == [])
        #expect(try ConfigurationFile.parse(Array("stages:".utf8)).allowedStages == nil)
    }

    @Test(arguments: [
        ("stagess: [a]", "1:1: unknown key 'stagess'", "did you mean 'stages'?"),
        ("colour: red", "1:1: unknown key 'colour'", "the keys are"),
        ("stages: dev", "1:9: stages is 'dev', not a list", "write stages:"),
        ("stages: [dev, de v]", "1:15: 'de v' is not a valid stage name", "it looks like"),
        ("stages: [a, a]", "1:13: the stage 'a' comes twice", "keep one"),
        ("stages: [a, ~]", "1:13: an element of stages is empty", "remove it"),
        ("stages: [\"a\\0\"]", "1:10: an element of stages holds a NUL", "remove"),
        ("types: [a/]", "1:9: 'a/' is not a valid type", "it looks like"),
        ("annotations: ../x", "1:14: '../x' is not a file inside", "write a path"),
        ("annotations: .git/x", "1:14:", "write a path"), ("annotations: /etc/x", "1:14:", "write a path"),
        ("- a", "1:1: the file is a list", "write 'key: value'"),
        ("hooks: {a: 1}", "1:8: hooks is a mapping", "start each hook"),
        ("hooks: [{on: assigned, run: x}]", "1:9: a hook has no 'name'", "a hook needs"),
        ("hooks: [{name: a, on: assigned}]", "1:9: a hook has no 'run'", "a hook needs"),
        ("hooks: [{name: a, on: asigned, run: x}]", "1:23: 'asigned' is no event", "did you mean 'assigned'?"),
        ("hooks: [{name: a, on: [], run: x}]", "1:23: a hook is on no event", "write on"),
        ("hooks: [{name: a, on: assigned, run: x, time: 1}]", "1:41: unknown key 'time' in a hook", "the keys are"),
        ("hooks: [{name: a, on: assigned, run: x, timout: 1}]", "1:41: unknown key", "did you mean 'timeout'?"),
        ("hooks: [{name: a, on: registered, run: x, stage: p}]", "1:50: a hook with 'stage'", "make a second"),
        ("hooks: [{name: a, on: assigned, run: x, timeout: 0}]", "1:50: '0' is not a time", "write timeout"),
        ("hooks: [{name: a, on: assigned, run: x, timeout: 1h}]", "1:50: '1h' is not a time", "write timeout"),
        ("hooks: [{name: a, on: assigned, run: x, timeout: 1441m}]", "1:50:", "write timeout"),
        ("hooks: [{name: a, on: assigned, run: x, timeout: m}]", "1:50:", "write timeout"),
        ("hooks: [{name: a, on: assigned, run: x, env: [A=1]}]", "1:47: 'A=1' is not the name", "env lists names"),
        (
            "hooks: [{name: a, on: assigned, run: echo \"hi\"}]", "1:38: run: 'echo \"hi\"'",
            "run: [sh, -c, \"echo \\\"hi\\\"\"]"
        ),
        ("hooks: [{name: a, on: assigned, run: ../x}]", "1:38: run: '../x'", "write a path"),
        ("hooks: [{name: a, on: assigned, run: []}]", "1:38: run names no program", "write run"),
        ("hooks: [{name: a, on: assigned, run: x}, {name: a, on: assigned, run: x}]", "1:42: two hooks", "rename"),
    ])
    func `refuses and says where and what instead`(text: String, message: String, hint: String) throws {
        let error = try #require(Self.refusal(text))
        #expect(error.code == .invalidFile)
        #expect(error.message.hasPrefix(".registry.yaml:\(message)"), "\(error.message)")
        #expect(error.hints.first?.hasPrefix(hint) == true, "\(error.hints)")
    }

    @Test func `reads .gto in any case and refuses other keys as GTO does`() throws {
        let text = "STAGES: [dev]\nTypes: [model]\nindex: a.yaml\nlog_level: DEBUG\nemojis: false\nenrichments: []\n"
        let found = try GTOConfiguration.parse(Array(text.utf8))
        #expect(found.allowedStages == [try StageName("dev")])
        #expect(found.allowedTypes == ["model"] && found.annotationsFile == "a.yaml" && found.file == ".gto")
        for text in ["stage: [a]", "stages: [a]\nStages: [b]", "stages: [a b]", "stages: [", "hooks: []"] {
            let error = try #require(Self.refusal(text, gto: true))
            #expect(error.message.hasPrefix("wrong config file '.gto': .gto:"), "\(error.message)")
        }
    }

    @Test func `GTO_STAGES overrides the file`() throws {
        let file = RegistryConfiguration(allowedStages: [try StageName("dev")])
        func stages(_ value: String?) throws(RegistryError) -> [String]? {
            try file.merging(environment: value.map { ["GTO_STAGES": $0] } ?? [:]).allowedStages?.map(\.description)
        }
        #expect(try stages(nil) == ["dev"] && stages("") == ["dev"])
        #expect(try stages("[\"a\", \"b\"]") == ["a", "b"] && stages("[]") == [])
        #expect(try stages("null") == nil)
        for bad in ["[\"a\"", "\"a\"", "{\"a\": 1}", "[\"a b\"]"] {
            #expect(throws: RegistryError.self) { try stages(bad) }
        }
    }

    @Test func `the sample is right, with its comments and without`() throws {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/.registry.yaml.sample"
        let bytes = try GitOracle.read(path)
        #expect(try ConfigurationFile.parse(bytes) == RegistryConfiguration(file: ".registry.yaml"))
        // `# key: value` becomes a key; an explanation holds no colon, or starts with two signs behind blanks.
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let uncommented = lines.map { line -> Substring in
            guard line.hasPrefix("# ") else { return line }
            let rest = line.dropFirst(2)
            let isKey = ["stages:", "types:", "annotations:", "hooks:", " "].contains { rest.hasPrefix($0) }
            return isKey ? rest : line
        }
        let found = try ConfigurationFile.parse(Array(uncommented.joined(separator: "\n").utf8))
        #expect(found.allowedStages?.count == 3 && found.allowedTypes?.count == 2 && found.hooks.count == 3)
        #expect(found.hooks[0].timeLimit == 300 && found.hooks[0].retries == 3 && found.hooks[0].firstPause == 10)
        #expect(
            found.hooks[0].downloads && found.hooks[0].workingFolder == "deploy" && found.hooks[0].type == Glob("model")
        )
        #expect(found.hooks[1].action == .program(["scripts/notify.sh"]))
        let webhook = Webhook(url: .text("https://example.com/models"), secret: .variable("WEBHOOK_KEY"))
        #expect(found.hooks[2].action == .webhook(webhook))
    }

    @Test(arguments: [
        ("stgaes", "stages"), ("STAGES", "stages"), ("hook", "hooks"), ("ran", nil), ("xyz", nil), ("", nil),
        ("tpyes", "types"),
    ])
    func `suggests the nearest word`(text: String, expected: String?) {
        #expect(Suggestion.closest(to: text, in: ["stages", "types", "hooks", "annotations"]) == expected)
    }
}
