using System.Net;
using Granary.Access.Tokens;

namespace Granary.Access.Attempts;

/// <summary>What became of somebody who showed a token.</summary>
/// <param name="Caller">Who it is; null for somebody who is not let in.</param>
/// <param name="Wait">For an address that has used up its attempts: how long until the next.</param>
public readonly record struct Entry(Caller? Caller, TimeSpan? Wait);

/// <summary>Lets in who shows a token that is known, and turns away addresses that have shown too many that are not.</summary>
/// <param name="book">Who is known.</param>
/// <param name="attempts">Who failed before.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Takes an address and how many attempts of it failed; null for nobody to tell.</param>
public sealed class AccessGate(TokenBook book, FailedAttempts attempts, TimeProvider time, Action<string, long>? log)
{
    public TokenBook Book => book;

    public async ValueTask<Entry> EnterAsync(IPAddress? from, string token, CancellationToken cancellation)
    {
        var address = FailedAttempts.NameOf(from);
        if (attempts.Wait(address, time.GetUtcNow()) is { } wait)
        {
            if (book.Find(token) is { } regular && attempts.Knows(address, regular.Id)) return new Entry(regular, null);
            Failed(address);
            return new Entry(null, wait);
        }
        var caller = await book.FindAsync(token, cancellation).ConfigureAwait(false);
        if (caller is not null) attempts.Succeeded(address, caller.Id, time.GetUtcNow());
        else Failed(address);
        return new Entry(caller, null);
    }

    /// <summary>Tells the log of addresses that have gone quiet since.</summary>
    public void Report()
    {
        foreach (var (address, count) in attempts.Due(time.GetUtcNow())) log?.Invoke(address, count);
    }

    private void Failed(string address)
    {
        if (attempts.Failed(address, time.GetUtcNow()) is var count and > 0) log?.Invoke(address, count);
    }
}
