namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>
/// Looks for an order of the operations that the sequential object would answer in the same way and that keeps what had ended before what began (Herlihy and
/// Wing, "Linearizability", 1990; the search is Wing and Gong's, 1993).
/// </summary>
internal sealed class Linearizability(Call[] calls, Func<List<long>, Call, long> model)
{
    private readonly HashSet<string> _explained = [];

    public int Count => _explained.Count;

    /// <returns>Null when there is such an order; else the history.</returns>
    public string? Explain(Outcome[] outcomes)
    {
        var key = string.Join(' ', outcomes.Select(o => $"{o.Result}/{o.Before:x}"));
        if (_explained.Contains(key)) return null;
        if (!Search(outcomes, 0, [])) return "no order explains: " + string.Join(", ", outcomes.Select((o, i) => $"#{i} {calls[i]} = {o.Result} after {{{Bits(o.Before)}}}"));
        _explained.Add(key);
        return null;
    }

    private bool Search(Outcome[] outcomes, ulong done, List<long> state)
    {
        if (done == (1ul << calls.Length) - 1) return true;
        for (var i = 0; i < calls.Length; i++)
        {
            if ((done & (1ul << i)) != 0 || (outcomes[i].Before & ~done) != 0) continue;
            var next = new List<long>(state);
            if (model(next, calls[i]) == outcomes[i].Result && Search(outcomes, done | (1ul << i), next)) return true;
        }
        return false;
    }

    private static string Bits(ulong set) => string.Join(' ', Enumerable.Range(0, 64).Where(i => (set & (1ul << i)) != 0).Select(i => $"#{i}"));
}
