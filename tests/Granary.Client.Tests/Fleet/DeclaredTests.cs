namespace Granary.Client.Tests;

public class DeclaredTests
{
    [Theory]
    [InlineData("reviewer=2 Mon-Fri 09:00-17:00 UTC; licence=10")]
    [InlineData("[reviewer=2 Mon-Fri 09:00-17:00 UTC, licence=10]")]
    public void A_node_s_people_and_licences_are_declared_with_their_calendars(string text)
    {
        var fleet = FleetFile.Parse($$"""
            pools: [{ name: lab }]
            nodes: [{ name: office, pool: lab, simulated: true, capacity: { cpu: 1 }, declared: {{(text[0] == '[' ? text : $"\"{text}\"")}} }]
            tasks: [{ agent: a, pool: lab, command: [review], resources: { reviewer: 2 } }]
            """, "x.yaml").OrThrow();
        Assert.Equal("reviewer=2 Mon-Fri 09:00-17:00 UTC; licence=10", Assert.Single(fleet.Nodes).Traits!.Declared);
    }

    [Theory]
    [InlineData("reviewer", "is not NAME=AMOUNT [CALENDAR]")]
    [InlineData("reviewer=2 someday", "calendar: 'someday' is not understood")]
    [InlineData("cpu=2", "cpu and the like are capacity")]
    [InlineData("reviewer=1; reviewer=2", "'reviewer' comes twice")]
    [InlineData("reviewer=1 Mon 09:00-10:00 Nowhere/Known", "no time zone 'Nowhere/Known'")]
    public void What_is_wrong_is_told_with_its_line(string text, string message)
    {
        var problem = Assert.Single(FleetFile.Parse($"nodes:\n  - name: office\n    declared: \"{text}\"\n", "x.yaml").Problems);
        Assert.Equal(3, problem.Line);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }
}
