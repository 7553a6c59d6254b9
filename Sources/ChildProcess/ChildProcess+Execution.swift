import Glibc
import Subprocess
import Synchronization
import SystemPackage

extension ChildProcess {
    /// What the child left after its last byte.
    private struct Outcome: Sendable {
        var standardOutput = CapturedOutput()
        var standardError = CapturedOutput()
        var stop = Stop.ended
        var consumerError: (any Error)?
    }

    /// Why nobody waits for the child any more.
    private enum Stop: Sendable {
        case ended, timedOut, cancelled
    }

    private enum Finding: Sendable {
        case standardError(CapturedOutput)
        case stop(Stop)
    }

    /// Starts the child, sees it through, and reports what it wrote or what the consumer of its output threw.
    /// - Parameter isStreaming: whether `consume` gets the standard output, instead of ``standardOutput``.
    nonisolated(nonsending) func execute(
        isStreaming: Bool, consume: (UnsafeRawBufferPointer) throws -> Void
    ) async throws(ChildProcessError) -> Result<ChildResult, any Error> {
        try checkValues()
        let start = ContinuousClock.now
        let inputFile = try InputFile(input, folder: environment["TMPDIR"] ?? "/tmp")
        let descriptor = FileDescriptor(rawValue: inputFile.descriptor)

        let status: TerminationStatus
        let outcome: Outcome
        do {
            (status, outcome) = try await launch(
                input: descriptor, start: start, isStreaming: isStreaming, consume: consume)
        } catch {
            throw launchError(error)
        }
        if let error = outcome.consumerError { return .failure(error) }
        if outcome.stop == .cancelled { throw .cancelled }
        return .success(
            ChildResult(
                ending: ending(status), standardOutput: outcome.standardOutput, standardError: outcome.standardError,
                isTimedOut: outcome.stop == .timedOut, duration: start.duration(to: .now)))
    }

    private nonisolated(nonsending) func launch(
        input: FileDescriptor, start: ContinuousClock.Instant, isStreaming: Bool,
        consume: (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> (TerminationStatus, Outcome) {
        let configuration = configuration()
        let input = FileDescriptorInput.fileDescriptor(input, closeAfterSpawningProcess: false)
        let output = isStreaming ? nil : standardOutput.foreignDescriptor
        // Four calls, because the library makes the kind of each stream a type.
        switch (output, standardError.foreignDescriptor) {
        case (nil, nil):
            let result = try await Subprocess.run(configuration, input: input, output: .sequence, error: .sequence) {
                await supervise($0.processIdentifier, start, $0.standardOutput, $0.standardError, isStreaming, consume)
            }
            return (result.terminationStatus, result.closureResult)
        case (nil, let error?):
            let result = try await Subprocess.run(
                configuration, input: input, output: .sequence, error: error
            ) {
                await supervise($0.processIdentifier, start, $0.standardOutput, nil, isStreaming, consume)
            }
            return (result.terminationStatus, result.closureResult)
        case (let output?, nil):
            let result = try await Subprocess.run(
                configuration, input: input, output: output, error: .sequence
            ) {
                await supervise($0.processIdentifier, start, nil, $0.standardError, false, consume)
            }
            return (result.terminationStatus, result.closureResult)
        case (let output?, let error?):
            let result = try await Subprocess.run(
                configuration, input: input, output: output, error: error
            ) {
                await supervise($0.processIdentifier, start, nil, nil, false, consume)
            }
            return (result.terminationStatus, result.closureResult)
        }
    }

    /// Reads both streams to their ends and watches the clock meanwhile.
    private nonisolated(nonsending) func supervise(
        _ process: ProcessIdentifier, _ start: ContinuousClock.Instant, _ output: SubprocessOutputSequence?,
        _ error: SubprocessOutputSequence?, _ isStreaming: Bool, _ consume: (UnsafeRawBufferPointer) throws -> Void
    ) async -> Outcome {
        let session = ProcessSession(leader: process.value, isOwn: hasOwnSession)
        let reading = ReadingPermit()
        return await withTaskGroup(of: Finding.self, returning: Outcome.self) { group in
            group.addTask { .stop(await watch(session, start, reading)) }
            if let error {
                group.addTask { .standardError(await drain(error, into: standardError.buffer, reading)) }
            }
            var outcome = Outcome()
            if let output {
                // In this task and not in one of the group, because the consumer belongs to the caller.
                do {
                    if isStreaming {
                        for try await piece in output {
                            try piece.withUnsafeBytes(consume)
                            if !reading.isValid { break }
                        }
                    } else {
                        outcome.standardOutput = await drain(output, into: standardOutput.buffer, reading)
                    }
                } catch is SubprocessError {
                    // The pipe is gone: the child's status tells what there is to tell.
                } catch {
                    outcome.consumerError = error
                    group.cancelAll()
                }
            }
            for await finding in group {
                switch finding {
                case .standardError(let captured): outcome.standardError = captured
                case .stop(let stop): outcome.stop = stop
                }
            }
            return outcome
        }
    }

    /// Waits until the child has ended, or ends it when its time is up or the task is cancelled.
    private func watch(
        _ session: ProcessSession, _ start: ContinuousClock.Instant, _ reading: ReadingPermit
    ) async -> Stop {
        var stop = Stop.ended
        while !session.leaderHasEnded {
            let age = start.duration(to: .now)
            if Task.isCancelled {
                stop = .cancelled
            } else if let timeLimit, age >= timeLimit {
                stop = .timedOut
            }
            if stop != .ended {
                await session.end(grace: terminationGrace)
                break
            }
            // Often while the child is young, so that a short one is not made long by the wait for it.
            var pause = min(.milliseconds(10), max(.microseconds(500), age / 8))
            if let timeLimit { pause = min(pause, timeLimit - age) }
            try? await Task.sleep(for: pause)
        }
        if stop == .ended, Task.isCancelled { stop = .cancelled }
        if endsLeftovers || stop != .ended { await session.killLeftovers() }
        // A process that left the session may hold a pipe and fill it for ever.
        reading.expire(after: .milliseconds(100))
        return stop
    }

    private func drain(
        _ stream: SubprocessOutputSequence, into buffer: OutputBuffer, _ reading: ReadingPermit
    ) async -> CapturedOutput {
        var buffer = buffer
        do {
            for try await piece in stream {
                piece.withUnsafeBytes { buffer.append($0) }
                if !reading.isValid { break }
            }
        } catch {
            // The pipe is gone: the child's status tells what there is to tell.
        }
        return buffer.finish()
    }

    private func configuration() -> Configuration {
        var options = PlatformOptions()
        options.createSession = hasOwnSession
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: hasOwnSession, allowedDurationToNextStep: terminationGrace)
        ]
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        // The library would start a child for each folder of the path until one of them has the program.
        let file =
            program.contains("/") ? program : LaunchDiagnosis.executable(program, path: environment["PATH"])
        return Configuration(
            executable: file.map { .path(FilePath($0)) } ?? .name(program),
            arguments: Arguments(executablePathOverride: program, remainingValues: arguments),
            environment: .custom(variables),
            workingDirectory: workingDirectory.map { FilePath($0) },
            platformOptions: options)
    }

    /// Refuses what the C interface of the system would cut short or take for something else.
    private func checkValues() throws(ChildProcessError) {
        func hasNUL(_ text: String) -> Bool { text.utf8.contains(0) }
        if program.isEmpty || hasNUL(program) { throw .malformedValue("the name of the program") }
        if let position = arguments.firstIndex(where: hasNUL) { throw .malformedValue("argument \(position + 1)") }
        if let workingDirectory, hasNUL(workingDirectory) { throw .malformedValue("the working directory") }
        for (name, value) in environment {
            let isName = name.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
            guard isName, !name.contains("="), !hasNUL(name), !hasNUL(value) else {
                throw .malformedValue("the variable '\(name)'")
            }
        }
    }

    private func launchError(_ error: any Error) -> ChildProcessError {
        guard let error = error as? SubprocessError else {
            return error is CancellationError ? .cancelled : .system(operation: "\(error)", errorNumber: 0)
        }
        let errorNumber = error.underlyingError?.rawValue ?? 0
        switch error.code {
        case .failedToChangeWorkingDirectory: return .workingDirectoryUnusable(path: workingDirectory ?? ".")
        case .executableNotFound: return diagnose(0)
        case .spawnFailed where errorNumber == ENOEXEC || errorNumber == EACCES: return diagnose(errorNumber)
        default: return .system(operation: "starting '\(program)'", errorNumber: errorNumber)
        }
    }

    private func diagnose(_ errorNumber: Int32) -> ChildProcessError {
        LaunchDiagnosis.error(program: program, path: environment["PATH"], errorNumber: errorNumber)
    }

    private func ending(_ status: TerminationStatus) -> ChildResult.Ending {
        switch status {
        case .exited(let code): .exited(code)
        case .signaled(let number): .signalled(number)
        }
    }
}

extension ChildProcess.Stream {
    /// The descriptor that the child writes to directly; `nil` where its output is captured.
    fileprivate var foreignDescriptor: FileDescriptorOutput? {
        switch self {
        case .captured: nil
        case .descriptor(let number):
            .fileDescriptor(FileDescriptor(rawValue: number), closeAfterSpawningProcess: false)
        }
    }

    fileprivate var buffer: OutputBuffer {
        switch self {
        case .captured(let first, let last): OutputBuffer(first: first, last: last)
        case .descriptor: OutputBuffer(first: 0, last: 0)
        }
    }
}

/// Says until when the child's pipes are read: for a short while after the child's end.
private final class ReadingPermit: Sendable {
    private let end = Mutex<ContinuousClock.Instant?>(nil)

    /// Whether reading may go on.
    var isValid: Bool {
        guard let end = end.withLock({ $0 }) else { return true }
        return ContinuousClock.now < end
    }

    /// Lets reading go on for this long and no longer.
    func expire(after duration: Duration) {
        end.withLock { $0 = ContinuousClock.now + duration }
    }
}
