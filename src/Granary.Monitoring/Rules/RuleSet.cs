using Granary.Model;

namespace Granary.Monitoring;

/// <summary>Rules by the metrics that they look at. A metric that no rule looks at costs one look-up.</summary>
public sealed class RuleSet
{
    private readonly Dictionary<(RuleSubject, string), AlertRule[]> _exact = [];
    private readonly Dictionary<(RuleSubject, string), AlertRule[]> _ofThings = [];

    /// <param name="own">Each takes the place of a built-in one of its name.</param>
    /// <param name="disabled">Names of built-in ones to leave out.</param>
    /// <exception cref="GranaryException">Invalid: which rule, and why.</exception>
    public RuleSet(IReadOnlyList<AlertRule> own, IReadOnlyList<string> disabled)
    {
        foreach (var rule in own) rule.Validate();
        if (own.GroupBy(r => r.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice) throw GranaryException.Invalid($"rule {twice.Key}: is there {twice.Count()} times; give each a name of its own");
        foreach (var name in disabled)
            if (BuiltInRules.All.All(r => r.Name != name))
            {
                var near = Suggestion.For(name, [.. BuiltInRules.All.Select(r => r.Name)]);
                throw GranaryException.Invalid($"no built-in rule is named '{name}'; {(near is null ? "'granary alerts --rules' lists them" : $"did you mean '{near}'?")}");
            }
        All = [.. BuiltInRules.All.Where(r => !disabled.Contains(r.Name, StringComparer.Ordinal) && own.All(o => o.Name != r.Name)), .. own];
        foreach (var group in All.Where(r => r.Kind != RuleKind.Silent).GroupBy(r => (r.Subject, r.Metric)))
            if (group.Key.Metric.EndsWith("/*", StringComparison.Ordinal)) _ofThings[(group.Key.Subject, group.Key.Metric[..^2])] = [.. group];
            else _exact[group.Key] = [.. group];
        Silent = [.. All.Where(r => r.Kind == RuleKind.Silent)];
    }

    public IReadOnlyList<AlertRule> All { get; }

    /// <summary>Those that look for what does not come.</summary>
    public IReadOnlyList<AlertRule> Silent { get; }

    /// <summary>Rules for a metric like <c>cpu</c> or <c>filesystem.used/data</c>.</summary>
    public ReadOnlySpan<AlertRule> For(RuleSubject subject, string metric)
    {
        var slash = metric.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? _exact.GetValueOrDefault((subject, metric)) : _exact.GetValueOrDefault((subject, metric)) ?? _ofThings.GetValueOrDefault((subject, metric[..slash]));
    }
}
