import GitModelCLI

@main struct GitModel {
    static func main() { GitModelCLI.main() }
}
