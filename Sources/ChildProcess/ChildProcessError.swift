/// Why a child could not be started or was stopped.
public enum ChildProcessError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No such file, or no such name in `PATH` (ENOENT).
    case programNotFound(String)
    /// The file is there, but it is a folder or has no right to be executed (EACCES).
    case notExecutable(path: String)
    /// The file is neither a binary of this machine nor a script with an interpreter line (ENOEXEC).
    case noInterpreterLine(path: String)
    /// The interpreter that the script names is not there (ENOENT).
    case interpreterNotFound(path: String, interpreter: String)
    /// The script's interpreter line ends with a carriage return: the file was saved with Windows line ends (ENOENT).
    case interpreterLineHasCarriageReturn(path: String)
    /// The working directory is not a folder that can be entered.
    case workingDirectoryUnusable(path: String)
    /// An argument, a path or a variable holds a NUL byte, or a variable's name holds `=`, is empty or starts with a digit.
    case malformedValue(String)
    /// The task that waited for the child was cancelled; the child's session has been ended.
    case cancelled
    /// The operating system refused something else.
    case system(operation: String, errorNumber: Int32)

    /// One sentence for a person. Texts from outside in it are not escaped.
    public var description: String {
        switch self {
        case .programNotFound(let name): "the program '\(name)' is not installed"
        case .notExecutable(let path): "'\(path)' is not an executable file"
        case .noInterpreterLine(let path): "'\(path)' is neither a program nor a script with an interpreter line"
        case .interpreterNotFound(let path, let interpreter): "'\(path)' needs '\(interpreter)', which is not there"
        case .interpreterLineHasCarriageReturn(let path):
            "the interpreter line of '\(path)' ends with a carriage return"
        case .workingDirectoryUnusable(let path): "'\(path)' is not a folder that can be entered"
        case .malformedValue(let what): "\(what) cannot be given to a program"
        case .cancelled: "the program was stopped"
        case .system(let operation, let number): "\(operation) failed (error \(number))"
        }
    }
}
