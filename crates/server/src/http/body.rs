//! Bodies, read whole within their bounds.

use std::sync::Arc;

use http::StatusCode;
use http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use tokio::time::timeout;

use super::exchange::{Body, Respond};
use super::large_bodies::{LargeBodies, LargeBody};
use super::medium_bodies::{MediumBodies, MediumBody};
use super::places::{SmallBody, Visit};
use crate::limits::{BODY_BYTES_MAX, BODY_PAUSE_MAX, BODY_WAIT_MAX, LARGE_BODY_BYTES_MAX};

/// Room for the bodies of a listener.
pub(super) struct Bodies {
    /// Places for large bodies. While there is none nothing is read.
    large: LargeBodies,
    /// Room for what is neither large nor small, or one small body too many of a connection.
    medium: Arc<MediumBodies>,
}

/// Room that is taken until this is dropped.
pub(super) struct Held {
    _room: Option<Room>,
    bytes_max: usize,
}

/// What is given back by dropping it.
enum Room {
    Large { _place: LargeBody },
    Medium { _room: MediumBody },
    Small { _room: SmallBody },
}

/// Why a body was not read.
pub(super) enum Unread {
    /// There is no room for it now.
    NoRoom,
    /// It is slow or broken, and this says so: there is nothing to decide about.
    Refused(StatusCode, &'static str),
}

impl Bodies {
    pub(super) fn new() -> Self {
        Self { large: LargeBodies::new(), medium: Arc::default() }
    }

    /// Reads a body within its bounds.
    pub(super) async fn read(
        &self,
        responder: &impl Respond,
        head: &Parts,
        body: Incoming,
        visit: &Arc<Visit>,
    ) -> Result<(Body, Held), Unread> {
        let whole = timeout(BODY_WAIT_MAX, async {
            let held = self.room_for(responder, head, &body, visit).await?;
            let whole = collect(Limited::new(body, held.bytes_max)).await;
            Ok((whole, held))
        });
        match whole.await.unwrap_or_else(|_| Err(too_slow()))? {
            (Ok(whole), held) => Ok((Body::Whole(whole), held)),
            (Err(Broken::TooLong), held) => {
                let bytes_max = held.bytes_max;
                Ok((Body::TooLong { bytes_max }, Held { _room: None, bytes_max }))
            }
            (Err(Broken::Paused), _) => Err(too_slow()),
            (Err(Broken::Incomplete), _) => {
                Err(Unread::Refused(StatusCode::BAD_REQUEST, "the body is incomplete\n"))
            }
        }
    }

    /// Room for a body by its announced length. One that announces none may be long.
    async fn room_for(
        &self,
        responder: &impl Respond,
        head: &Parts,
        body: &Incoming,
        visit: &Arc<Visit>,
    ) -> Result<Held, Unread> {
        let hint = body.size_hint();
        let bytes = |hint: u64| usize::try_from(hint).unwrap_or(usize::MAX);
        let large = BODY_BYTES_MAX + 1..=LARGE_BODY_BYTES_MAX;
        if large.contains(&bytes(hint.lower()))
            && let Some(owner) = responder.large_body_owner(head).await
        {
            let place = self.large.place(owner).await;
            let room = place.map(|place| Room::Large { _place: place });
            return Ok(Held { _room: room, bytes_max: LARGE_BODY_BYTES_MAX });
        }
        let longest = hint.upper().map_or(BODY_BYTES_MAX, bytes).min(BODY_BYTES_MAX);
        let room = match visit.small_body(longest) {
            Some(room) => Room::Small { _room: room },
            None => {
                let room = self.medium.take(visit.address(), longest).ok_or(Unread::NoRoom)?;
                Room::Medium { _room: room }
            }
        };
        Ok(Held { _room: Some(room), bytes_max: BODY_BYTES_MAX })
    }
}

/// Why there is no whole body.
enum Broken {
    TooLong,
    Paused,
    Incomplete,
}

/// One that comes in one piece, as nearly all do, is not copied. Pieces are copied at once:
/// each would otherwise keep the buffer that it came in.
async fn collect(mut body: Limited<Incoming>) -> Result<Bytes, Broken> {
    let mut first = Bytes::new();
    let mut whole = Vec::new();
    while let Some(frame) =
        timeout(BODY_PAUSE_MAX, body.frame()).await.map_err(|_| Broken::Paused)?
    {
        let frame = frame.map_err(|error| match error.is::<LengthLimitError>() {
            true => Broken::TooLong,
            false => Broken::Incomplete,
        })?;
        // Trailers say nothing that anybody reads.
        let Ok(data) = frame.into_data() else { continue };
        if first.is_empty() {
            first = data;
        } else {
            if whole.is_empty() {
                whole.extend_from_slice(&first);
            }
            whole.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.into() })
}

fn too_slow() -> Unread {
    Unread::Refused(StatusCode::REQUEST_TIMEOUT, "the body took too long\n")
}
