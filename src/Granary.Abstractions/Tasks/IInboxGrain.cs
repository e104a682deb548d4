using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>
/// The work of one pool (key: its name) that waits for people: the running tasks that are for a person, and who has said to do which. The tasks are the pool's, the
/// claims are kept here, durable.
/// </summary>
[Alias("Granary.IInboxGrain")]
public interface IInboxGrain : IGrainWithStringKey
{
    /// <summary>Longest waiting first.</summary>
    [Alias("List"), AlwaysInterleave]
    Task<IReadOnlyList<InboxItem>> List(InboxQuery query);

    /// <summary>Says that somebody does it. Claiming what one has claimed changes nothing.</summary>
    /// <exception cref="GranaryException">Refused where somebody else has claimed it or it is for somebody else; NotFound where no such work waits.</exception>
    [Alias("Claim")]
    Task<InboxItem> Claim(long number, string by);

    /// <summary>Who has claimed it; empty for nobody.</summary>
    [Alias("Holder"), AlwaysInterleave]
    Task<string> Holder(long number);

    /// <summary>Gives it back to everybody; whoever had claimed it.</summary>
    [Alias("Release")]
    Task<InboxItem> Release(long number);
}
