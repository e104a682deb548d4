using Granary.Model;

namespace Granary.Grains.Tests;

public sealed class AdmissionGateTests
{
    [Fact]
    public void A_closed_gate_refuses_for_now_and_an_open_one_lets_pass()
    {
        var gate = new AdmissionGate();
        gate.Require();
        gate.Why = "the server's memory is 98 % in use";
        var refused = Assert.Throws<GranaryException>(gate.Require);
        Assert.Equal((ErrorCode.Refused, gate.Why, TimeSpan.FromSeconds(5)), (refused.Code, refused.Message, refused.RetryAfter));
        gate.Why = null;
        gate.Require();
    }
}
