using System.CommandLine;

namespace Granary.Cli.CommandLine;

/// <summary>A command by name; its options are only built when it is called or all are listed.</summary>
internal sealed record CommandEntry(string Name, Func<CommandScope, Command> Create);
