import GitTypes
import RegistryCore

/// The hooks of `.registry.yaml`.
extension YAMLReader {
    private static let hookKeys = [
        "name", "on", "artifact", "stage", "type", "run", "webhook", "timeout", "retries", "backoff", "env", "workdir",
        "download", "concurrency",
    ]

    func hooks(_ node: YAMLNode) throws(RegistryError) -> [HookRule] {
        if node.isNull { return [] }
        guard let elements = node.elements else {
            throw refusal(
                "hooks is \(node.kindName), not a list", at: node.start, hint: "start each hook with '- name: …'")
        }
        var hooks: [HookRule] = []
        for element in elements {
            let hook = try hook(element)
            if hooks.contains(where: { $0.name == hook.name }) {
                throw refusal(
                    "two hooks are named '\(hook.name.terminalSafe(limit: 60))'", at: element.start, hint: "rename one")
            }
            hooks.append(hook)
        }
        return hooks
    }

    private func hook(_ node: YAMLNode) throws(RegistryError) -> HookRule {
        for entry in try entries(node, of: "a hook") where !Self.hookKeys.contains(entry.key) {
            throw unknownKey(entry, of: "a hook", known: Self.hookKeys)
        }
        let name = try required("name", of: node)
        guard let nameText = try text(name, of: "the name of a hook"), !nameText.isEmpty, nameText.utf8.count <= 100,
            nameText.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw refusal(
                "the name of a hook is one line of 1 to 100 bytes", at: name.start, hint: "write name: notify")
        }
        let events = try events(try required("on", of: node))
        var hook = HookRule(name: nameText, events: events, action: try action(node))
        if let artifact = node["artifact"], let glob = try glob(artifact, of: "artifact") { hook.artifact = glob }
        if let type = node["type"] { hook.type = try glob(type, of: "type") }
        if let stage = node["stage"], let glob = try glob(stage, of: "stage") {
            guard events.isSubset(of: [.assignment, .unassignment]) else {
                throw refusal(
                    "a hook with 'stage' can only be on assigned and unassigned: no other event has a stage",
                    at: stage.start, hint: "make a second hook for the other events")
            }
            hook.stage = glob
        }
        try readConduct(of: node, into: &hook)
        return hook
    }

    /// How a hook is carried out: the keys that programs and webhooks share, and those that only a program takes.
    private func readConduct(of node: YAMLNode, into hook: inout HookRule) throws(RegistryError) {
        if let timeout = node["timeout"], let seconds = try seconds(timeout, of: "timeout") { hook.timeLimit = seconds }
        if let pause = node["backoff"], let seconds = try seconds(pause, of: "backoff") { hook.firstPause = seconds }
        if let retries = node["retries"], let text = try text(retries, of: "retries") {
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count <= 2, let number = Int(text),
                number <= HookRule.mostRetries
            else {
                throw refusal(
                    "'\(text.terminalSafe(limit: 60))' is not a number of retries from 0 to \(HookRule.mostRetries)",
                    at: retries.start, hint: "write retries: 3")
            }
            hook.retries = number
        }
        if let node = node["concurrency"], let word = try text(node, of: "concurrency") {
            hook.concurrency = try choice(word, HookConcurrency.allCases, of: "concurrency", at: node.start)
        }
        for key in ["env", "workdir", "download"] {
            guard let value = node[key], !value.isNull, case .webhook = hook.action else { continue }
            throw refusal(
                "a webhook takes no '\(key)': it runs nothing here", at: value.start, hint: "remove it, or use 'run'")
        }
        if let names = node["env"] { hook.environment = try variables(names) }
        if let folder = node["workdir"] { hook.workingFolder = try workingFolder(folder) }
        if let download = node["download"], let word = try text(download, of: "download") {
            guard ["true", "false"].contains(word) else {
                throw refusal(
                    "download is '\(word.terminalSafe(limit: 60))', not true or false", at: download.start,
                    hint: "write download: true")
            }
            hook.downloads = word == "true"
        }
    }

    private func choice<Choice: RawRepresentable<String>>(
        _ word: String, _ choices: [Choice], of what: String, at place: YAMLMark
    ) throws(RegistryError) -> Choice {
        if let choice = choices.first(where: { $0.rawValue == word }) { return choice }
        let known = choices.map(\.rawValue)
        throw refusal(
            "\(what) is '\(word.terminalSafe(limit: 60))', which is none of \(known.joined(separator: ", "))",
            at: place,
            hint: Suggestion.closest(to: word, in: known).map { "did you mean '\($0)'?" }
                ?? "write \(what): \(known.first ?? "")")
    }

    /// A folder from the root of the repository, inside it, or an absolute one.
    private func workingFolder(_ node: YAMLNode) throws(RegistryError) -> String? {
        guard let text = try text(node, of: "workdir") else { return nil }
        if text.hasPrefix("/") { return text }
        guard let folder = RepositoryPath.joined(text) else {
            throw refusal(
                "workdir '\(text.terminalSafe(limit: 60))' is not a folder of the repository", at: node.start,
                hint: "write a path from the root, or an absolute one")
        }
        return folder
    }

    private func required(_ key: String, of node: YAMLNode) throws(RegistryError) -> YAMLNode {
        guard let value = node[key], !value.isNull else {
            throw refusal("a hook has no '\(key)'", at: node.start, hint: "a hook needs name, on, and run or webhook")
        }
        return value
    }

    private func events(_ node: YAMLNode) throws(RegistryError) -> Set<EventKind> {
        let words: [(text: String, node: YAMLNode)] =
            if let word = node.text { [(word, node)] } else { try texts(node, of: "on") ?? [] }
        var events: Set<EventKind> = []
        for (word, node) in words {
            guard let event = EventKind.allCases.first(where: { $0.participle == word }) else {
                let known = EventKind.allCases.map(\.participle)
                let hint =
                    Suggestion.closest(to: word, in: known).map { "did you mean '\($0)'?" }
                    ?? "the events are \(known.joined(separator: ", "))"
                throw refusal("'\(word.terminalSafe(limit: 60))' is no event", at: node.start, hint: hint)
            }
            events.insert(event)
        }
        if events.isEmpty {
            throw refusal("a hook is on no event", at: node.start, hint: "write on: assigned")
        }
        return events
    }

    private func glob(_ node: YAMLNode, of what: String) throws(RegistryError) -> Glob? {
        guard let text = try text(node, of: what) else { return nil }
        if text.isEmpty { throw refusal("\(what) is empty", at: node.start, hint: "write \(what): '*' for all") }
        return Glob(text)
    }

    private func action(_ node: YAMLNode) throws(RegistryError) -> HookAction {
        let webhook = node["webhook"].flatMap { $0.isNull ? nil : $0 }
        guard let webhook else { return .program(try command(try required("run", of: node))) }
        if let run = node["run"], !run.isNull {
            throw refusal(
                "a hook has both 'run' and 'webhook'", at: run.start, hint: "make two hooks of it")
        }
        return .webhook(try self.webhook(webhook))
    }

    /// A list is a program with its arguments; a text is the path of a script, never a shell's line.
    ///
    /// The script of a text comes out with a slash in it (`./notify.sh`), so that it is never searched in `PATH`.
    private func command(_ node: YAMLNode) throws(RegistryError) -> [String] {
        guard let text = node.text else {
            let words = try texts(node, of: "run")?.map(\.text) ?? []
            guard let program = words.first, !program.isEmpty else {
                throw refusal("run names no program", at: node.start, hint: "write run: [program, argument]")
            }
            return words
        }
        let isShellLine = text.unicodeScalars.contains { " \t\n\r\"'`$|&;<>(){}[]*?!#\\".unicodeScalars.contains($0) }
        if isShellLine {
            let quoted = YAMLWriter.doubleQuoted(text)
            throw refusal(
                "run: '\(text.terminalSafe(limit: 60))' is not the path of a script: no shell reads it", at: node.start,
                hint: "run: [sh, -c, \(quoted)]")
        }
        guard let script = RepositoryPath.joined(text) else {
            throw refusal(
                "run: '\(text.terminalSafe(limit: 60))' is not the path of a script in the repository", at: node.start,
                hint: "write a path from the root, or run: [program, argument]")
        }
        return [script.contains("/") ? script : "./\(script)"]
    }

    /// `30s`, `5m` or a number of seconds, from 1 to 86,400.
    private func seconds(_ node: YAMLNode, of what: String) throws(RegistryError) -> Int? {
        guard let text = try text(node, of: what) else { return nil }
        let unit = text.hasSuffix("m") ? 60 : 1
        let digits = text.hasSuffix("m") || text.hasSuffix("s") ? text.dropLast() : text[...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.utf8.count <= 6, let number = Int(digits),
            (1...86_400).contains(number * unit)
        else {
            throw refusal(
                "'\(text.terminalSafe(limit: 60))' is not a time between 1 second and one day", at: node.start,
                hint: "write \(what): 30s, 5m or a number of seconds")
        }
        return number * unit
    }

    private func variables(_ node: YAMLNode) throws(RegistryError) -> [String] {
        var names: [String] = []
        for (name, node) in try texts(node, of: "env") ?? [] {
            names.append(
                try variable(
                    name, at: node.start, hint: "env lists names, like [SLACK_URL]; values come from the environment"))
        }
        return names
    }

    func variable(_ name: String, at place: YAMLMark, hint: String) throws(RegistryError) -> String {
        let isName =
            name.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
            && name.utf8.allSatisfy { NameGrammar.isName(CollectionOfOne($0)) || $0 == UInt8(ascii: "_") }
        guard isName else {
            throw refusal(
                "'\(name.terminalSafe(limit: 60))' is not the name of an environment variable", at: place, hint: hint)
        }
        return name
    }
}
