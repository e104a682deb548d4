using System.CommandLine;
using Granary.Abstractions;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>silence LABEL=VALUE... --for 2h</c>: alerts that are not told for a time.</summary>
internal static class SilenceCommand
{
    public static Command Create(CommandScope scope)
    {
        var matchers = new Argument<string[]>("matchers")
        {
            Description = "like rule=disk-full, node=n1, pool=default, level=Warning; VALUE may end in *, and !VALUE means all others",
            HelpName = "LABEL=VALUE...",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var lasting = new Option<TimeSpan?>("--for") { Description = "how long", HelpName = "2h", CustomParser = Parse.Duration("--for") };
        var by = new Option<string?>("--by") { Description = "who wants it (default: you)", HelpName = "NAME" };
        var comment = new Option<string?>("--comment") { Description = "why, for the others", HelpName = "TEXT" };
        var list = new Option<bool>("--list") { Description = "silences that have not expired" };
        var expire = new Option<string?>("--expire") { Description = "end this one", HelpName = "ID" };
        return scope.Does(new Command("silence", "do not tell of some alerts for a time") { matchers, lasting, by, comment, list, expire }, async (call, cancel) =>
        {
            var words = call.Get(matchers) ?? [];
            if (call.Get(list) || call.Get(expire) is { Length: > 0 })
            {
                if (words.Length > 0) throw GranaryException.Invalid("--list and --expire take no LABEL=VALUE");
                var there = await call.Connect(cancel);
                if (call.Get(expire) is { Length: > 0 } id)
                {
                    var ended = await there.ExpireSilenceAsync(id, cancel);
                    if (call.Format == OutputFormat.Table) call.Out.WriteLine($"{ended.Id} ended");
                    else call.Write([ended], AlertListing.Silences(call.Now));
                }
                else call.Write(await there.SilencesAsync(cancel), AlertListing.Silences(call.Now));
                return ExitCodes.Done;
            }
            if (words.Length == 0) throw GranaryException.Invalid("say which alerts: rule=disk-full, node=n1, pool=default or level=Warning; 'granary silence --list' lists silences");
            if (call.Get(lasting) is not { } span) throw GranaryException.Invalid("say how long, like --for 2h");
            var client = await call.Connect(cancel);
            var made = await client.SilenceAsync(new SilenceRequest([.. words.Select(Matcher)], null, span, Who(call, by), call.Get(comment) ?? ""), cancel);
            if (call.Format == OutputFormat.Table) call.Out.WriteLine(made.Id);
            else call.Write([made], AlertListing.Silences(call.Now));
            return ExitCodes.Done;
        });
    }

    internal static string Who(Call call, Option<string?> by) => call.Get(by) is { Length: > 0 } name ? name : call.Surroundings.Environment("USER") is { Length: > 0 } user ? user : "somebody";

    private static LabelMatcher Matcher(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && equals < word.Length - 1
            ? new(word[..equals], word[(equals + 1)..])
            : throw GranaryException.Invalid($"'{word}' is no matcher; write LABEL=VALUE, like node=n1 or rule=disk-*");
    }
}
