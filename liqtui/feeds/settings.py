"""Times and bounds of the feeds. The defaults are the product's; tests shorten them."""

import msgspec


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, unless a name says otherwise."""

    open_s: float = 10.0
    """A socket must be open by then."""
    ack_s: float = 5.0
    """A subscription must be acknowledged by then, or it is asked for again."""
    asks: int = 3
    """Times a subscription is asked for before its silence is called a gap."""
    reask_s: float = 120.0
    """Pause before a subscription that stayed without acknowledgement is asked for once more."""
    pong_s: float = 10.0
    """After our ping something must be heard by then."""
    tick_s: float = 0.1
    """How often watchdogs and clocks look."""
    advance_s: float = 0.05
    """How often the sink is told the time."""
    idle_s: float = 0.005
    """Between two pieces of work that can wait."""
    gather_s: float = 0.01
    """How long a socket may collect frames before they are read together."""
    beat_s: float = 1.0
    """Heartbeats in the recording."""
    mute_s: float = 11.0
    """A socket with control streams that brings nothing for so long is mute: they rest for 10 s at most."""
    usual_s: float = 30.0
    """How long a stream must have been heard before it is known how it usually speaks."""
    surprise_s: float = 10.0
    """A shorter silence of a stream is never a surprise."""
    resync_s: float = 1.0
    """The shortest time between two resyncs of one subscription; doubles with each, up to a minute."""
    slept_s: float = 5.0
    """Whoever was not asked for so long what time it is, has slept."""
    healthy_s: float = 30.0
    """A connection that lived this long starts its back-off anew."""
    backoff_s: float = 0.5
    """First ceiling of the back-off; doubles with every failure."""
    failed_s: float = 1.0
    """First ceiling before a task of our own that failed begins again; doubles with every failure."""
    failed_max_s: float = 60.0
    backoff_max_s: float = 10.0
    """So that a venue that returns is back on the screen within 15 s."""
    refused_s: float = 60.0
    """First ceiling after a refusal (403, 418, 451 …), doubling, too."""
    refused_max_s: float = 900.0
    banned_s: float = 240.0
    """First ceiling after a ban (418), doubling up to a day: bans grow with every offence, from two minutes on."""
    banned_max_s: float = 86_400.0
    rest_s: float = 10.0
    """A REST reply must be complete by then."""
    rest_tries: int = 4
    """Tries of one REST request while the failure may pass (429, 5xx, time-out)."""
    figures_s: float = 20.0
    """After a period is over, before what a venue counted in it is asked for."""
    rest_bytes: int = 32 * 2**20
    """A larger REST reply is refused."""
    listing_s: float = 3600.0
    """Pause between listings."""
    expiry_s: float = 10.0
    """After the end of trading the streams of a contract are given up: what comes late has come by then."""
    refill_s: float = 60.0
    """What a stream missed for longer is fetched as history and joined anew."""
    joint_s: float = 90.0
    """History and live must be joined by then after the minute that joins them, or the joint is a gap."""
    joint_settle_s: float = 1.0
    """After the end of a minute, before its candle is asked for."""
    joint_poll_s: float = 2.0
    """Between two questions for that candle."""
    first_trade_s: float = 10.0
    """How long the joint waits for a first trade before it takes a contract for quiet."""
    overlap_s: float = 2.0
    """How long two sockets hear the same before the younger takes over from one that is about to be ended."""
    harvest_idle_s: float = 0.2
    """After it was found that nobody is worth asking for positions."""
    harvest_kept_s: float = 600.0
    """How often the addresses known are written down."""
    relief_s: float = 60.0
    """The younger must be ready by then; after that, the pause before another is tried."""
    close_s: float = 1.0
    """A socket is closed politely for that long."""
