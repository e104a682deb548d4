using System.Net;
using System.Net.Sockets;

namespace Granary.Access.Attempts;

/// <summary>
/// Wrong tokens by address: a bucket of attempts each, refilled with time, in a table of bounded size. An address that has used up its attempts is turned away before its
/// token is looked at, but for a token that came in from there before: who shares an address with an attacker is not locked out by it.
/// </summary>
public sealed class FailedAttempts(FailedAttemptOptions options)
{
    private const int TokensKept = 8;

    private sealed class Address(string name, double left, DateTimeOffset now)
    {
        public string Name { get; } = name;
        public double Left = left;
        public DateTimeOffset At = now;
        public DateTimeOffset? Logged;
        public long Unlogged;

        /// <summary>Tokens that came in from here, the newest last.</summary>
        public readonly List<string> Good = [];
    }

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Address>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<Address> _quietFirst = new();

    /// <summary>How many addresses are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _byName.Count;
        }
    }

    /// <summary>How an address is counted: IPv6 by its /64, which one site has to itself.</summary>
    public static string NameOf(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address)) return address.ToString();
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return $"{new IPAddress(bytes)}/64";
    }

    /// <summary>How long the address has to wait before its next attempt; null when it need not.</summary>
    public TimeSpan? Wait(string address, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(address, out var node)) return null;
            Refill(node.Value, now);
            return node.Value.Left >= 1 ? null : (1 - node.Value.Left) * options.OneMoreEvery;
        }
    }

    /// <summary>Whether this token came in from the address before.</summary>
    public bool Knows(string address, string token)
    {
        lock (_gate) return _byName.TryGetValue(address, out var node) && node.Value.Good.Contains(token);
    }

    /// <summary>A token came in from the address.</summary>
    public void Succeeded(string address, string token, DateTimeOffset now)
    {
        lock (_gate)
        {
            var entry = Touch(address, now);
            if (entry.Good.Count > 0 && entry.Good[^1] == token) return;
            entry.Good.Remove(token);
            entry.Good.Add(token);
            if (entry.Good.Count > TokensKept) entry.Good.RemoveAt(0);
        }
    }

    /// <summary>An attempt failed, or was turned away.</summary>
    /// <returns>How many to log now; 0 for nothing now.</returns>
    public long Failed(string address, DateTimeOffset now)
    {
        lock (_gate)
        {
            var entry = Touch(address, now);
            entry.Left = Math.Max(0, entry.Left - 1);
            entry.Unlogged++;
            return entry.Logged is { } at && now - at < options.LogEvery ? 0 : Take(entry, now);
        }
    }

    /// <summary>What is to be logged of addresses that have gone quiet since their last line.</summary>
    public IReadOnlyList<(string Address, long Count)> Due(DateTimeOffset now)
    {
        var due = new List<(string, long)>();
        lock (_gate)
        {
            foreach (var entry in _quietFirst)
                if (entry.Unlogged > 0 && entry.Logged is { } at && now - at >= options.LogEvery) due.Add((entry.Name, Take(entry, now)));
        }
        return due;
    }

    private static long Take(Address entry, DateTimeOffset now)
    {
        var count = entry.Unlogged;
        entry.Logged = now;
        entry.Unlogged = 0;
        return count;
    }

    private Address Touch(string address, DateTimeOffset now)
    {
        if (_byName.TryGetValue(address, out var node))
        {
            _quietFirst.Remove(node);
            _quietFirst.AddLast(node);
            Refill(node.Value, now);
            return node.Value;
        }
        if (_byName.Count >= options.Addresses)
        {
            _byName.Remove(_quietFirst.First!.Value.Name);
            _quietFirst.RemoveFirst();
        }
        return (_byName[address] = _quietFirst.AddLast(new Address(address, options.Burst, now))).Value;
    }

    private void Refill(Address entry, DateTimeOffset now)
    {
        if (now <= entry.At) return;
        entry.Left = Math.Min(options.Burst, entry.Left + (now - entry.At) / options.OneMoreEvery);
        entry.At = now;
    }
}
