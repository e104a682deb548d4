using System.CommandLine;
using System.CommandLine.Parsing;

namespace Granary.Cli.CommandLine;

/// <summary>What is wrong with a command line, in one line with what would be right.</summary>
internal static class Usage
{
    /// <summary>Null when it can be run.</summary>
    public static string? Problem(ParseResult result, string[] args)
    {
        var command = result.CommandResult.Command;
        var isRoot = command is RootCommand;
        var path = isRoot ? "" : Path(result.CommandResult);
        if (UnknownOption(result) is { } option)
            return $"unknown option {option}{In(path)}{OptionHint(option, path, result.CommandResult)}";
        if (isRoot && result.UnmatchedTokens.Count > 0)
            return $"unknown command '{result.UnmatchedTokens[0]}'{Hint(result.UnmatchedTokens[0], CommandTable.All.Select(e => e.Name))}";
        if (isRoot && args.Length == 0) return "no command; 'granary --help' lists them, 'granary run FLEET.yaml' does the main job";
        if (result.Errors.Count == 0) return null;
        if (result.Action is System.CommandLine.Help.HelpAction) return null;

        // An unknown subcommand makes two errors; the one about the word is the one that helps.
        if (command.Subcommands.Count > 0 && result.UnmatchedTokens.Count > 0)
            return $"unknown command '{path} {result.UnmatchedTokens[0]}'{Hint(result.UnmatchedTokens[0], command.Subcommands.Select(c => c.Name))}";
        if (result.UnmatchedTokens.Count > 0) return $"unexpected '{result.UnmatchedTokens[0]}'{In(path)}; see 'granary {path} --help'";
        if (Missing(result) is { } missing) return $"{path} needs {missing}; see 'granary {path} --help'";
        var message = result.Errors[0].Message.TrimEnd('.');
        // Ours say themselves what would help.
        return message.Contains(';', StringComparison.Ordinal) ? message : $"{message}{In(path)}; see 'granary {path} --help'";
    }

    /// <summary>The first argument that must be there and is not.</summary>
    private static string? Missing(ParseResult result) => result.CommandResult.Command.Arguments
        .FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0 && result.GetResult(a) is not { Tokens.Count: > 0 })?.HelpName;

    /// <summary>A word that begins with '-' before '--' and is nobody's value: System.CommandLine would take it for an argument.</summary>
    private static string? UnknownOption(ParseResult result)
    {
        foreach (var token in result.UnmatchedTokens)
            if (LooksLikeOption(token)) return token;
        var afterDashes = result.Tokens.SkipWhile(t => t.Type != TokenType.DoubleDash).Skip(1).Count();
        var values = result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value).ToList();
        foreach (var value in values.Take(values.Count - Math.Min(afterDashes, values.Count)))
            if (LooksLikeOption(value)) return value;
        return null;
    }

    private static bool LooksLikeOption(string word) => word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]);

    private static IEnumerable<string> Options(CommandResult command)
    {
        for (SymbolResult? at = command; at is not null; at = at.Parent)
        {
            if (at is not CommandResult here) continue;
            foreach (var option in here.Command.Options)
            {
                yield return option.Name;
                foreach (var alias in option.Aliases) yield return alias;
            }
        }
    }

    private static string Path(CommandResult command)
    {
        var names = new List<string>();
        for (SymbolResult? at = command; at is not null; at = at.Parent)
            if (at is CommandResult { Command: not RootCommand } here) names.Insert(0, here.Command.Name);
        return string.Join(' ', names);
    }

    private static string In(string path) => path.Length == 0 ? "" : $" ({path})";

    private static string OptionHint(string option, string path, CommandResult command)
    {
        if (Suggestion.For(option.Split('=')[0], Options(command)) is { } near) return $"; did you mean {near}?";
        return path == "submit" ? "; put -- before the task's own command" : $"; see 'granary {path} --help'";
    }

    private static string Hint(string word, IEnumerable<string> known)
    {
        var name = word.Split('=')[0];
        return Suggestion.For(name, known) is { } near ? $"; did you mean {near}?" : "; 'granary --help' lists what there is";
    }
}
