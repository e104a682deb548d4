namespace Granary.Cli.Hosting;

/// <summary>One value that is in force.</summary>
/// <param name="Name">As files and variables spell it.</param>
/// <param name="Value">What holds; secrets are never in it.</param>
/// <param name="Source">Where it came from: an option, a variable, a file, <c>default</c>.</param>
internal sealed record Setting(string Name, string Value, string Source);
