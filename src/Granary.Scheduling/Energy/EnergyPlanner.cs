using System.Globalization;
using Granary.Model;

namespace Granary.Scheduling.Energy;

/// <summary>
/// Finds what would save a part of the power with the least disturbance: idle states that are off, machines that hold nothing, slower cores where nobody
/// needs them fast (by a governor that follows the load where the highest frequency is held always, else by a limit), and at last machines whose few tasks find room elsewhere. Within each, what saves most comes first; it stops when the target is reached.
/// A pure function: the same facts give the same plan.
/// </summary>
public static class EnergyPlanner
{
    private const double Worth = 0.5; // watts below which nothing is done

    /// <param name="nodes">All machines, parked ones too.</param>
    /// <param name="target">Part of all watts to save, above 0 to 1.</param>
    /// <param name="options">What may be assumed.</param>
    /// <exception cref="GranaryException">Invalid.</exception>
    public static EnergyPlan Plan(IReadOnlyList<EnergyNode> nodes, double target, EnergyPlanOptions options)
    {
        if (target is not (> 0 and <= 1)) throw GranaryException.Invalid(string.Create(CultureInfo.InvariantCulture, $"a target of {target} is no part of the power; write one above 0 to 1, or like 20%"));
        options.Validated();
        var now = nodes.Sum(n => n.Watts);
        var actions = new List<EnergyAction>();
        var ready = nodes.Where(n => n.Ready).OrderBy(n => n.Name, StringComparer.Ordinal).ToList();
        var rooms = ready.GroupBy(n => n.Pool).ToDictionary(g => g.Key, g => new PoolRoom([.. g], options.Headroom), StringComparer.Ordinal);
        var parked = new HashSet<string>(StringComparer.Ordinal);
        double saved = 0;

        void Add(EnergyAction? action)
        {
            if (action is null || action.SavesWatts < Worth || saved >= target * now) return;
            actions.Add(action);
            saved += action.SavesWatts;
        }

        foreach (var node in ready) Add(SleepStates(node, options));
        foreach (var node in ready.Where(n => n.Tasks == 0).OrderByDescending(n => n.Watts)) Park(node);
        foreach (var node in ready.Where(n => !parked.Contains(n.Name)).Select(n => Slow(n, options)).OfType<EnergyAction>().OrderByDescending(a => a.SavesWatts)) Add(node);
        foreach (var node in ready.Where(n => n.Tasks > 0).OrderByDescending(n => (n.Watts - n.DynamicWatts * n.Utilization) / n.Tasks)) Park(node);
        return new(now, target, actions, nodes.All(n => n.Measured), Note(nodes, ready, saved, target * now, options));

        void Park(EnergyNode node)
        {
            if (options.ParkedWatts is not { } asleep || saved >= target * now || rooms[node.Pool] is not { } room || room.Count <= options.KeepNodes) return;
            var earlier = actions.Where(a => a.Node == node.Name).Sum(a => a.SavesWatts);
            // its work goes on elsewhere and draws there what it drew here
            var saves = node.Watts - asleep - (node.Tasks > 0 ? node.DynamicWatts * node.Utilization : 0) - earlier;
            if (saves < Worth || room.Park(node) is not { } moved) return;
            parked.Add(node.Name);
            Add(new(EnergyActionKind.Park, node.Name, null, saves, node.Tasks, node.Tasks == 0
                ? Text($"holds nothing and draws {node.Watts:0.#} W; asleep {asleep:0.#} W")
                : Text($"its {node.Tasks} tasks find room on {string.Join(", ", moved.Keys.Order(StringComparer.Ordinal))}; draws {node.Watts:0.#} W, asleep {asleep:0.#} W")));
        }
    }

    private static EnergyAction? SleepStates(EnergyNode node, EnergyPlanOptions options) => node.Knobs is not { SleepStatesOff: > 0 } knobs ? null
        : new(EnergyActionKind.SleepStates, node.Name, new() { SleepStates = true }, node.IdleWatts * options.SleepStatesSave * (1 - Math.Clamp(node.Utilization, 0, 1)), 0,
            Text($"{knobs.SleepStatesOff} idle states are switched off; {100 * options.SleepStatesSave:0}% of its idle {node.IdleWatts:0.#} W while it idles, a guess"));

    // the same work at a lower frequency takes longer and draws less than in proportion: energy of a cycle goes with the square (docs/energy.md)
    private static EnergyAction? Slow(EnergyNode node, EnergyPlanOptions options)
    {
        if (node.Knobs is not { } knobs || node.Utilization <= 0) return null;
        var needed = node.Utilization * knobs.Frequency / options.BusyUnderLimit;
        var following = knobs is { Governor: "performance", FollowingGovernor.Length: > 0 };
        if (!following && knobs.LowestFrequency >= 1) return null;
        var frequency = Math.Max(knobs.LowestFrequency, Math.Min(1, needed));
        if (frequency >= knobs.Frequency - 0.02) return null;
        var saves = node.DynamicWatts * node.Utilization * (1 - Math.Pow(frequency / knobs.Frequency, 2));
        return following
            ? new(EnergyActionKind.Governor, node.Name, new() { Governor = knobs.FollowingGovernor }, saves, 0,
                Text($"busy {100 * node.Utilization:0}% of the time at its highest frequency; '{knobs.FollowingGovernor}' would hold about {100 * frequency:0}% of it"))
            : new(EnergyActionKind.LimitFrequency, node.Name, new() { Frequency = frequency }, saves, 0,
                Text($"busy {100 * node.Utilization:0}% of the time; at {100 * frequency:0}% of its frequency it would be busy {100 * Math.Min(1, node.Utilization * knobs.Frequency / frequency):0}%"));
    }

    private static string Note(IReadOnlyList<EnergyNode> nodes, List<EnergyNode> ready, double saved, double wanted, EnergyPlanOptions options)
    {
        if (saved >= wanted - 1e-9 && nodes.Count > 0) return "";
        if (ready.Count == 0) return "no machine is ready";
        var missing = new List<string> { "nothing more can be saved without taking room that tasks or the headroom need" };
        if (options.ParkedWatts is null) missing.Add("parked machines stay on (set Energy:ParkedWatts, and what puts them to sleep)");
        if (ready.All(n => n.Knobs is null)) missing.Add("no agent may change its machine's frequency or idle states (Energy:AllowControl)");
        return string.Join("; ", missing);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
