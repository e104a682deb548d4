using System.CommandLine;
using System.CommandLine.Parsing;
using Granary.Cli.CommandLine;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>What <c>submit</c> can say of where a task may and would rather run.</summary>
internal sealed class PlacementOptions
{
    public Option<IReadOnlyDictionary<string, string>> Require { get; } = new("--require") { Description = "a label its node must have; may be repeated", HelpName = "K=V", CustomParser = Parse.Pairs("--require") };

    public Option<LabelPreference[]> Prefer { get; } = new("--prefer") { Description = "a label that makes a node better, with a weight; may be repeated", HelpName = "K=V[*W]", CustomParser = Each<LabelPreference>("--prefer", PlacementWords.TryParse) };

    public Option<TaskAffinity[]> Near { get; } = new("--near") { Description = "tasks to run beside: name:N, agent:A or label:K=V, @zone, ! for must", HelpName = "TASKS", CustomParser = Each<TaskAffinity>("--near", PlacementWords.TryParse) };

    public Option<TaskAffinity[]> Apart { get; } = new("--apart") { Description = "tasks not to run beside, in the same words", HelpName = "TASKS", CustomParser = Each<TaskAffinity>("--apart", PlacementWords.TryParse) };

    public Option<string?> SpreadOver { get; } = new("--spread-over") { Description = "spread tasks of this name over the values of a label", HelpName = "LABEL" };

    public Option<double?> MaxCost { get; } = new("--max-cost") { Description = "the most its run may cost", HelpName = "N" };

    public Option<string?> Class { get; } = new("--class") { Description = "tasks whose run times are learned together (default: its name)", HelpName = "NAME" };

    public IEnumerable<Option> All => [Require, Prefer, Near, Apart, SpreadOver, MaxCost, Class];

    public PlacementTerms? Terms(Call call)
    {
        var terms = new PlacementTerms
        {
            Require = call.Get(Require) is { Count: > 0 } labels ? labels : null,
            Prefer = call.Get(Prefer) is { Length: > 0 } wishes ? wishes : null,
            Near = call.Get(Near) is { Length: > 0 } near ? near : null,
            Apart = call.Get(Apart) is { Length: > 0 } apart ? apart : null,
            SpreadOver = call.Get(SpreadOver) ?? "",
            MaxCost = call.Get(MaxCost),
        };
        return terms == new PlacementTerms() ? null : terms;
    }

    private delegate bool Reader<T>(string text, out T? value, out string? error);

    private static Func<ArgumentResult, T[]> Each<T>(string option, Reader<T> read) => result =>
    {
        var values = new List<T>();
        foreach (var token in result.Tokens)
        {
            if (read(token.Value, out var value, out var error)) values.Add(value!);
            else result.AddError($"{option}: {error}");
        }
        return [.. values];
    };
}
