namespace Granary.Grains.Nodes;

/// <summary>
/// Tickets for joins: the last one of each session, good once. What an agent says of its leases when it joins is only true then; a join that
/// was delayed, or comes a second time, would give up what has been started since.
/// </summary>
internal sealed class JoinTickets
{
    /// <summary>Sessions that ask at the same time are agents that fight over a node: more than this nobody needs.</summary>
    private const int Most = 16;

    private readonly Dictionary<string, string> _tickets = new(StringComparer.Ordinal);

    public string Issue(string session)
    {
        if (_tickets.Count >= Most) _tickets.Clear();
        return _tickets[session] = Guid.NewGuid().ToString("N");
    }

    /// <summary>True for the session's last ticket. All others are void from then on: whoever holds one asks again.</summary>
    public bool Take(string session, string ticket)
    {
        if (ticket.Length == 0 || _tickets.GetValueOrDefault(session) != ticket) return false;
        _tickets.Clear();
        return true;
    }
}
