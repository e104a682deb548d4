using Granary.Execution;
using Granary.Model;
using Microsoft.Extensions.Configuration;

namespace Granary.Silo.Configuration;

/// <summary>
/// Section <c>Node:Isolation</c>: the words of <see cref="IsolationWords"/> for every task (<c>Node:Isolation:processes=500</c>), for agents of a
/// priority class (<c>Node:Isolation:Priority:low:nice=10</c>) and for a class of tasks (<c>Node:Isolation:Class:training:policy=batch</c>).
/// </summary>
internal static class IsolationSettings
{
    private const string Priority = "priority";
    private const string Class = "class";
    private const string Limits = "limits";

    /// <exception cref="GranaryException">Invalid: which setting is wrong and what would be right.</exception>
    public static NodeIsolation Read(IConfigurationSection? section)
    {
        var isolation = NodeIsolation.Default;
        if (section is null) return isolation;
        isolation = isolation with { ForAll = Words(section, [Priority, Class]) };
        var byPriority = new Dictionary<PriorityClass, TaskIsolation>(isolation.ByPriority);
        foreach (var one in section.GetSection(Priority).GetChildren())
        {
            if (!Enum.TryParse<PriorityClass>(one.Key, ignoreCase: true, out var priority) || int.TryParse(one.Key, out _))
                throw GranaryException.Invalid($"{one.Path}: '{one.Key}' is no priority class; write low, normal, high or critical");
            byPriority[priority] = Words(one, []) ?? new TaskIsolation();
        }
        var byClass = new Dictionary<string, TaskIsolation>(StringComparer.OrdinalIgnoreCase);
        foreach (var one in section.GetSection(Class).GetChildren())
            if (Words(one, []) is { } words) byClass[one.Key] = words;
        return isolation with { ByPriority = byPriority, ByClass = byClass };
    }

    private static TaskIsolation? Words(IConfigurationSection section, string[] others)
    {
        var isolation = new TaskIsolation();
        foreach (var child in section.GetChildren())
        {
            // names of settings have no case
            var key = child.Key.ToLowerInvariant();
            if (others.Contains(key)) continue;
            if (key == Limits)
            {
                foreach (var limit in child.GetChildren()) Set(IsolationWords.LimitPrefix + limit.Key.ToLowerInvariant(), limit);
                continue;
            }
            Set(key, child);
        }
        return isolation == new TaskIsolation() ? null : isolation;

        void Set(string key, IConfigurationSection value)
        {
            if (!IsolationWords.TrySet(ref isolation, key, value.Value ?? "", out var error)) throw GranaryException.Invalid($"{value.Path}: {error}");
        }
    }
}
